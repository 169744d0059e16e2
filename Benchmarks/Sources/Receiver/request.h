// Reads one HTTP/1.1 request out of a buffer.
#ifndef RECEIVER_REQUEST_H
#define RECEIVER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

struct request {
    const char *path;
    size_t path_length;
    const char *id;  // webhook-id, or NULL
    size_t id_length;
    int attempt;  // x-postback-attempt, or 0
    bool closes;  // connection: close
    size_t head_length, body_length;
};

enum request_state { request_incomplete, request_complete, request_malformed };

/// Looks at the bytes received so far. Bodies have a content-length; chunked ones are not understood.
enum request_state request_read(const char *bytes, size_t count, struct request *request);

#endif
