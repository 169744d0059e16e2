"""The bare engine: one process that imports WeasyPrint once and renders the same document over and over. Prints the seconds of
each as JSON; the first, which fills the engine's caches, is not among them."""

import json
import sys
import time

from weasyprint import HTML


def main(template, count):
    with open(template) as file:
        html = file.read()
    seconds = []
    for _ in range(count + 1):
        begin = time.monotonic()
        document = HTML(string=html, base_url=template).write_pdf()
        seconds.append(time.monotonic() - begin)
    print(json.dumps({"seconds": seconds[1:], "bytes": len(document)}))


main(sys.argv[1], int(sys.argv[2]))
