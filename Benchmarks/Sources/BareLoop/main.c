// The bare libcurl loop: the same requests as the relay's, over the same library, and nothing else.
//
// N requests of one body and one list of header fields, over C easy handles that are used again. Prints what it took as JSON.
#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/// As many fields as the relay sends, and as long.
static const char *const fields[] = {
    "content-type: application/json",
    "user-agent: Postback/0.1.0 (webhook; swift)",
    "x-postback-event: job.completed",
    "x-postback-delivery: dlv_0123456789abc",
    "x-postback-attempt: 1",
    "webhook-id: evt_1700000000000-12",
    "webhook-timestamp: 1700000000",
    "webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    "x-postback-signature: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    // What libcurl would add.
    "Accept:",
    "Expect:",
};

static size_t discard(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    (void)context;
    return size * count;
}

static CURL *make_handle(const char *url, struct curl_slist *headers, const char *body, long length) {
    CURL *handle = curl_easy_init();
    if (handle == NULL) fail("out of memory");
    curl_easy_setopt(handle, CURLOPT_URL, url);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, length);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, discard);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    return handle;
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    const char *url = option_text(argc, argv, "--url", NULL);
    if (url == NULL) fail("usage: BareLoop --url URL [--count N] [--connections C] [--body BYTES]");
    const int64_t count = option_number(argc, argv, "--count", 10000);
    const int64_t connections = option_number(argc, argv, "--connections", 64);
    const long length = (long)option_number(argc, argv, "--body", 1024);

    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct curl_slist *headers = NULL;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) headers = curl_slist_append(headers, fields[i]);
    char *body = malloc((size_t)length);
    if (headers == NULL || body == NULL) fail("out of memory");
    memset(body, 'x', (size_t)length);

    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)connections);
    int64_t started = 0, ended = 0, failed = 0;
    const int64_t begin = monotonic_ns();
    for (; started < connections && started < count; started++) {
        curl_multi_add_handle(multi, make_handle(url, headers, body, length));
    }
    while (ended < count) {
        int running = 0;
        curl_multi_perform(multi, &running);
        int left = 0;
        CURLMsg *message;
        while ((message = curl_multi_info_read(multi, &left)) != NULL) {
            CURL *handle = message->easy_handle;
            long status = 0;
            curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
            if (message->data.result != CURLE_OK || status != 204) failed += 1;
            ended += 1;
            curl_multi_remove_handle(multi, handle);
            if (started < count) {
                curl_multi_add_handle(multi, handle);
                started += 1;
            } else {
                curl_easy_cleanup(handle);
            }
        }
        if (ended < count) curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    const double seconds = (double)(monotonic_ns() - begin) / 1e9;
    printf("{\"count\":%lld,\"failed\":%lld,\"seconds\":%.6f,\"cpu_seconds\":%.6f}\n", (long long)count,
           (long long)failed, seconds, cpu_seconds());
    return failed == 0 ? 0 : 1;
}
