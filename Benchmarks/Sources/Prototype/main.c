// The prototype: the whole path by hand, plainly, on two threads. It is what the relay's latency is held against.
//
// This thread owns Redis and SQLite: it reads entries, commits them, acknowledges them, signs, and commits what came of them.
// The other one owns libcurl. There are no retries, no limits for each destination and no checks of what it is given.
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include "intake.h"
#include "records.h"
#include "sender.h"
#include "signing.h"
#include "support.h"

// Deliveries between Redis and the answer. Beyond it nothing more is read.
enum { maximum_open = 1000 };

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    const char *redis = option_text(argc, argv, "--redis", NULL), *ledger = option_text(argc, argv, "--ledger", NULL);
    const char *url = option_text(argc, argv, "--url", NULL), *secret = option_text(argc, argv, "--secret", NULL);
    if (!redis || !ledger || !url || !secret) fail("usage: Prototype --redis SOCKET --ledger FILE --url URL --secret WHSEC");
    records_open(ledger);
    signing_open(secret);
    intake_open(redis);
    sender_start(url);

    size_t open = 0;
    struct pollfd sources[] = {{.fd = sender_descriptor(), .events = POLLIN}, {.fd = intake_descriptor(), .events = POLLIN}};
    while (true) {
        intake_flush(open < maximum_open);
        if (poll(sources, 2, -1) < 0) continue;
        struct delivery_list added = {0}, ended = {0};
        if (sources[0].revents != 0) sender_take(&ended);
        if (sources[1].revents != 0) intake_take(&added);
        if (added.count == 0 && ended.count == 0) continue;

        records_write(&added, &ended);
        open += added.count;
        open -= ended.count;
        for (struct delivery *delivery = added.first; delivery != NULL; delivery = delivery->next) signing_write_headers(delivery);
        intake_acknowledge(&added);
        sender_send(&added);
        for (struct delivery *delivery; (delivery = list_take(&ended)) != NULL;) {
            free(delivery->body);
            free(delivery);
        }
    }
}
