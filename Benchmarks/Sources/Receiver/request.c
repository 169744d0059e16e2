#define _GNU_SOURCE
#include "request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { maximum_body = 4 << 20 };

struct field {
    const char *name;
    size_t name_length;
    const char *value;
    size_t value_length;
};

static bool is_named(const struct field *field, const char *name, size_t length) {
    return field->name_length == length && strncasecmp(field->name, name, length) == 0;
}

static bool read_field(const char *line, const char *end, struct field *field) {
    const char *colon = memchr(line, ':', (size_t)(end - line));
    if (colon == NULL) return false;
    const char *value = colon + 1;
    while (value < end && *value == ' ') value++;
    *field = (struct field){line, (size_t)(colon - line), value, (size_t)(end - value)};
    return true;
}

static bool use_field(const struct field *field, struct request *request) {
    if (is_named(field, "content-length", 14)) {
        unsigned long length = strtoul(field->value, NULL, 10);
        if (length > maximum_body) return false;
        request->body_length = length;
    } else if (is_named(field, "webhook-id", 10)) {
        request->id = field->value;
        request->id_length = field->value_length;
    } else if (is_named(field, "x-postback-attempt", 18)) {
        request->attempt = atoi(field->value);
    } else if (is_named(field, "connection", 10)) {
        request->closes = strncasecmp(field->value, "close", 5) == 0;
    } else if (is_named(field, "transfer-encoding", 17)) {
        return false;
    }
    return true;
}

enum request_state request_read(const char *bytes, size_t count, struct request *request) {
    const char *head_end = memmem(bytes, count, "\r\n\r\n", 4);
    if (head_end == NULL) return request_incomplete;
    *request = (struct request){.head_length = (size_t)(head_end - bytes) + 4};

    const char *line_end = memchr(bytes, '\r', request->head_length);
    const char *space = memchr(bytes, ' ', (size_t)(line_end - bytes));
    if (space == NULL) return request_malformed;
    const char *path_end = memchr(space + 1, ' ', (size_t)(line_end - space - 1));
    if (path_end == NULL) return request_malformed;
    request->path = space + 1;
    request->path_length = (size_t)(path_end - request->path);

    while (line_end < head_end) {
        const char *line = line_end + 2;
        line_end = memmem(line, (size_t)(head_end + 2 - line), "\r\n", 2);
        struct field field;
        if (!read_field(line, line_end, &field) || !use_field(&field, request)) return request_malformed;
    }
    return count >= request->head_length + request->body_length ? request_complete : request_incomplete;
}
