"""A receiver in Python: pip install standardwebhooks; WEBHOOK_SECRET=whsec_... python3 receiver.py"""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["WEBHOOK_SECRET"])
seen = set()  # in production: a table with a unique key


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            event = webhook.verify(body, dict(self.headers))
        except WebhookVerificationError:
            return self.answer(401)
        # At least once: the same id may come again, and is answered with 2xx again.
        if event["event_id"] not in seen:
            seen.add(event["event_id"])
            print(event["event_id"], event["status"], flush=True)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.end_headers()

    def log_message(self, *arguments):
        pass


HTTPServer(("127.0.0.1", 9000), Receiver).serve_forever()
