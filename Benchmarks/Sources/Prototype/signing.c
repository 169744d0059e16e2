#include "signing.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

enum { digest_length = 32 };

static EVP_MAC_CTX *standard, *plain;

static EVP_MAC_CTX *make_context(const void *key, size_t length) {
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", "SHA256", 0), OSSL_PARAM_construct_end()};
    if (!EVP_MAC_init(context, key, length, parameters)) fail("openssl: no HMAC");
    return context;
}

void signing_open(const char *secret) {
    unsigned char key[96];
    const char *encoded = secret + strlen("whsec_");
    size_t length = strlen(encoded);
    if (strncmp(secret, "whsec_", 6) != 0 || length > 128) fail("--secret: not whsec_ and base64");
    int decoded = EVP_DecodeBlock(key, (const unsigned char *)encoded, (int)length);
    for (size_t i = length; decoded > 0 && i > 0 && encoded[i - 1] == '='; i--) decoded -= 1;
    if (decoded <= 0) fail("--secret: not base64");
    standard = make_context(key, (size_t)decoded);
    plain = make_context(secret, strlen(secret));
}

static void add_field(struct delivery *delivery, int index, size_t *used, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void add_field(struct delivery *delivery, int index, size_t *used, const char *format, ...) {
    char *text = delivery->header_text + *used;
    va_list arguments;
    va_start(arguments, format);
    *used += (size_t)vsnprintf(text, sizeof delivery->header_text - *used, format, arguments) + 1;
    va_end(arguments);
    if (*used > sizeof delivery->header_text) fail("header fields too long");
    delivery->headers[index].data = text;
    if (index > 0) delivery->headers[index - 1].next = &delivery->headers[index];
}

void signing_write_headers(struct delivery *delivery) {
    unsigned char digest[digest_length];
    char signature[64], hexadecimal[2 * digest_length + 1], head[128];
    const long long seconds = realtime_ns() / 1000000000;

    const int head_length = snprintf(head, sizeof head, "%s.%lld.", delivery->event_id, seconds);
    EVP_MAC_init(standard, NULL, 0, NULL);
    EVP_MAC_update(standard, (const unsigned char *)head, (size_t)head_length);
    EVP_MAC_update(standard, (const unsigned char *)delivery->body, delivery->body_length);
    EVP_MAC_final(standard, digest, NULL, sizeof digest);
    EVP_EncodeBlock((unsigned char *)signature, digest, sizeof digest);

    EVP_MAC_init(plain, NULL, 0, NULL);
    EVP_MAC_update(plain, (const unsigned char *)delivery->body, delivery->body_length);
    EVP_MAC_final(plain, digest, NULL, sizeof digest);
    for (int i = 0; i < digest_length; i++) {
        hexadecimal[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        hexadecimal[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    hexadecimal[2 * digest_length] = '\0';

    size_t used = 0;
    add_field(delivery, 0, &used, "content-type: application/json");
    add_field(delivery, 1, &used, "user-agent: Postback/0.1.0 (webhook; swift)");
    add_field(delivery, 2, &used, "x-postback-event: %s", delivery->type);
    add_field(delivery, 3, &used, "x-postback-delivery: dlv_%013lld", (long long)delivery->row);
    add_field(delivery, 4, &used, "x-postback-attempt: 1");
    add_field(delivery, 5, &used, "webhook-id: %s", delivery->event_id);
    add_field(delivery, 6, &used, "webhook-timestamp: %lld", seconds);
    add_field(delivery, 7, &used, "webhook-signature: v1,%s", signature);
    add_field(delivery, 8, &used, "x-postback-signature: %s", hexadecimal);
    // What libcurl would add.
    add_field(delivery, 9, &used, "Accept:");
    add_field(delivery, 10, &used, "Expect:");
    delivery->headers[header_count - 1].next = NULL;
}
