// The receiver of all benchmarks: HTTP/1.1 with keep-alive, one thread, one epoll.
//
// What it does is decided by the first part of the path:
//   /hang       reads the request and never answers
//   /fail       503
//   /flaky/30   503 for the first attempt at 30 of 100 ids, 204 otherwise
//   /endless    200 and a body that does not end
//   /headers    200 and header fields that do not end
//   all others  204
//
// A second port answers questions: GET /stats, /latency, /reset. Both ports are printed as JSON at start.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "request.h"
#include "statistics.h"
#include "support.h"

enum { events_at_once = 512, first_capacity = 8 << 10, output_capacity = 16 << 10, flood_size = 64 << 10 };

enum kind { kind_listener, kind_control_listener, kind_data, kind_control };

struct connection {
    int fd;
    enum kind kind;
    bool hangs;         // gets no answer any more
    bool closes;        // after what is written
    const char *flood;  // written for ever
    size_t flood_length, flood_written;
    char *input;
    size_t used, capacity;
};

static int poller;
static char flood_body[flood_size + 16];
static size_t flood_body_length;
static char flood_fields[flood_size];
static size_t flood_fields_length;

// MARK: Answers

static const char *date(void) {
    static time_t second;
    static char text[64];
    time_t now = time(NULL);
    if (now != second) {
        second = now;
        struct tm parts;
        strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &parts));
    }
    return text;
}

/// The status line and the fields that a common server sends.
static size_t write_head(char *out, size_t room, const char *status, const char *more) {
    return (size_t)snprintf(out, room, "HTTP/1.1 %s\r\nServer: receiver\r\nDate: %s\r\nConnection: keep-alive\r\n%s\r\n",
                            status, date(), more);
}

static bool is_segment(const struct arrival *arrival, const char *name) {
    return arrival->segment_length == strlen(name) && memcmp(arrival->segment, name, arrival->segment_length) == 0;
}

static unsigned bucket(const char *id, size_t length) {
    unsigned hash = 2166136261u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)id[i]) * 16777619u;
    return (hash >> 8) % 100;
}

/// Answers one request of a sender, whose first byte is at `bytes`; the number of bytes written to `out`.
static size_t answer(struct connection *connection, const char *bytes, const struct request *request, char *out, size_t room) {
    struct arrival arrival = {
        .id = request->id,
        .id_length = request->id_length,
        .attempt = request->attempt,
        .status = 204,
        .body = bytes + request->head_length,
        .head_length = request->head_length,
        .body_length = request->body_length,
    };
    const char *path_end = request->path + request->path_length;
    arrival.segment = request->path + 1;
    const char *slash = memchr(arrival.segment, '/', (size_t)(path_end - arrival.segment));
    arrival.segment_length = (size_t)((slash == NULL ? path_end : slash) - arrival.segment);

    if (is_segment(&arrival, "hang")) {
        arrival.status = 0;
        connection->hangs = true;
    } else if (is_segment(&arrival, "fail")) {
        arrival.status = 503;
    } else if (is_segment(&arrival, "flaky") && slash != NULL && request->attempt == 1) {
        if (bucket(request->id == NULL ? "" : request->id, request->id_length) < (unsigned)atoi(slash + 1)) arrival.status = 503;
    } else if (is_segment(&arrival, "endless")) {
        arrival.status = 200;
        connection->flood = flood_body;
        connection->flood_length = flood_body_length;
    } else if (is_segment(&arrival, "headers")) {
        arrival.status = 200;
        connection->flood = flood_fields;
        connection->flood_length = flood_fields_length;
    }
    connection->closes = request->closes;
    statistics_count(&arrival);

    switch (arrival.status) {
    case 0: return 0;
    case 503: return write_head(out, room, "503 Service Unavailable", "Content-Length: 0\r\n");
    case 204: return write_head(out, room, "204 No Content", "");
    default:
        if (connection->flood == flood_fields) return (size_t)snprintf(out, room, "HTTP/1.1 200 OK\r\n");
        return write_head(out, room, "200 OK", "Transfer-Encoding: chunked\r\n");
    }
}

/// Answers one question of the driver.
static size_t answer_control(const struct request *request, char *out, size_t room) {
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL) fail("out of memory");
    if (request->path_length == 6 && memcmp(request->path, "/reset", 6) == 0) {
        statistics_reset();
        fputs("{}", stream);
    } else if (request->path_length == 8 && memcmp(request->path, "/latency", 8) == 0) {
        statistics_print_latency(stream);
    } else {
        statistics_print(stream);
    }
    fclose(stream);
    char more[48];
    snprintf(more, sizeof more, "Content-Length: %zu\r\n", length);
    size_t head = write_head(out, room, "200 OK", more);
    memcpy(out + head, text, length);
    free(text);
    return head + length;
}

// MARK: Connections

static void watch(struct connection *connection, uint32_t events, int operation) {
    struct epoll_event event = {.events = events, .data.ptr = connection};
    if (epoll_ctl(poller, operation, connection->fd, &event) != 0) fail("epoll_ctl: %s", strerror(errno));
}

static void close_connection(struct connection *connection) {
    close(connection->fd);
    free(connection->input);
    free(connection);
}

static void accept_all(const struct connection *listener) {
    while (true) {
        int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct connection *connection = calloc(1, sizeof *connection);
        if (connection == NULL) fail("out of memory");
        connection->fd = fd;
        connection->kind = listener->kind == kind_listener ? kind_data : kind_control;
        watch(connection, EPOLLIN, EPOLL_CTL_ADD);
    }
}

/// Writes the endless answer as far as the socket takes it; `false` when the other side has gone.
static bool pour(struct connection *connection) {
    for (int turn = 0; turn < 8; turn++) {
        ssize_t sent = send(connection->fd, connection->flood + connection->flood_written,
                            connection->flood_length - connection->flood_written, MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN;
        connection->flood_written = (connection->flood_written + (size_t)sent) % connection->flood_length;
    }
    return true;
}

/// Reads what is there; `false` when the connection has ended.
static bool receive(struct connection *connection) {
    if (connection->capacity - connection->used < first_capacity / 2) {
        size_t capacity = connection->capacity == 0 ? first_capacity : connection->capacity * 2;
        connection->input = realloc(connection->input, capacity);
        if (connection->input == NULL) fail("out of memory");
        connection->capacity = capacity;
    }
    ssize_t count = recv(connection->fd, connection->input + connection->used, connection->capacity - connection->used, 0);
    if (count <= 0) return count < 0 && errno == EAGAIN;
    connection->used += (size_t)count;
    return true;
}

/// Answers every whole request in the buffer; `false` when the connection is to be closed.
static bool serve(struct connection *connection) {
    char out[output_capacity];
    size_t written = 0, consumed = 0;
    while (!connection->hangs && connection->flood == NULL && consumed < connection->used) {
        struct request request;
        const char *bytes = connection->input + consumed;
        enum request_state state = request_read(bytes, connection->used - consumed, &request);
        if (state == request_incomplete) break;
        // Nobody here pipelines so many requests that their answers would not fit.
        if (state == request_malformed || written > output_capacity / 2) return false;
        size_t room = output_capacity - written;
        written += connection->kind == kind_control ? answer_control(&request, out + written, room)
                                                    : answer(connection, bytes, &request, out + written, room);
        consumed += request.head_length + request.body_length;
    }
    if (connection->hangs || connection->flood != NULL) consumed = connection->used;
    connection->used -= consumed;
    if (connection->used > 0 && consumed > 0) memmove(connection->input, connection->input + consumed, connection->used);
    // A sender that does not take 16 KiB of answers is no sender of these benchmarks.
    if (written > 0 && send(connection->fd, out, written, MSG_NOSIGNAL) != (ssize_t)written) return false;
    if (connection->flood != NULL) watch(connection, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    return !connection->closes || connection->hangs || connection->flood != NULL;
}

static void handle(struct connection *connection, uint32_t events) {
    if (connection->kind == kind_listener || connection->kind == kind_control_listener) {
        accept_all(connection);
        return;
    }
    bool stays = true;
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        stays = receive(connection);
        if (stays && (connection->hangs || connection->flood != NULL)) connection->used = 0;
        else if (stays) stays = serve(connection);
    }
    if (stays && connection->flood != NULL && (events & EPOLLOUT)) stays = pour(connection);
    if (!stays) close_connection(connection);
}

// MARK: Start

static int start_listening(struct connection *listener, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    int on = 1;
    listener->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener->fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener->fd, 4096) != 0) {
        fail("port %d: %s", port, strerror(errno));
    }
    getsockname(listener->fd, (struct sockaddr *)&address, &length);
    watch(listener, EPOLLIN, EPOLL_CTL_ADD);
    return ntohs(address.sin_port);
}

static void fill_floods(void) {
    int head = sprintf(flood_body, "%x\r\n", flood_size);
    memset(flood_body + head, 'x', flood_size);
    memcpy(flood_body + head + flood_size, "\r\n", 2);
    flood_body_length = (size_t)head + flood_size + 2;
    static const char field[] = "x-more: 0123456789012345678901234567890123456789\r\n";
    while (flood_fields_length + sizeof field <= sizeof flood_fields) {
        memcpy(flood_fields + flood_fields_length, field, sizeof field - 1);
        flood_fields_length += sizeof field - 1;
    }
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    const char *log = option_text(argc, argv, "--log", NULL);
    if (log != NULL) statistics_open_log(log);
    statistics_reset();
    fill_floods();

    poller = epoll_create1(EPOLL_CLOEXEC);
    struct connection data = {.kind = kind_listener}, control = {.kind = kind_control_listener};
    int port = start_listening(&data, (int)option_number(argc, argv, "--port", 0));
    int control_port = start_listening(&control, (int)option_number(argc, argv, "--control-port", 0));
    printf("{\"port\":%d,\"control_port\":%d}\n", port, control_port);
    fflush(stdout);

    struct epoll_event events[events_at_once];
    while (true) {
        int count = epoll_wait(poller, events, events_at_once, -1);
        if (count < 0 && errno != EINTR) fail("epoll_wait: %s", strerror(errno));
        for (int i = 0; i < count; i++) handle(events[i].data.ptr, events[i].events);
    }
}
