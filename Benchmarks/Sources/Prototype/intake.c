#include "intake.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support.h"

enum { batch = 100 };

static const char stream[] = "postback:events", group[] = "relay", consumer[] = "prototype";
static redisContext *redis;
static bool is_asked;

void intake_open(const char *socket_path) {
    redis = redisConnectUnix(socket_path);
    if (redis == NULL || redis->err != 0) fail("%s: no connection", socket_path);
    redisReply *reply = redisCommand(redis, "XGROUP CREATE %s %s 0 MKSTREAM", stream, group);
    if (reply == NULL) fail("redis: %s", redis->errstr);
    if (reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "BUSYGROUP", 9) != 0) fail("redis: %s", reply->str);
    freeReplyObject(reply);
}

int intake_descriptor(void) { return redis->fd; }

void intake_flush(bool wants_more) {
    if (wants_more && !is_asked) {
        redisAppendCommand(redis, "XREADGROUP GROUP %s %s COUNT %d BLOCK 5000 STREAMS %s >", group, consumer, (int)batch, stream);
        is_asked = true;
    }
    for (int done = 0; !done;) {
        if (redisBufferWrite(redis, &done) != REDIS_OK) fail("redis: %s", redis->errstr);
    }
}

static void copy_text(char *to, size_t room, const redisReply *text) {
    if (text->len >= room) fail("a field of %zu bytes", (size_t)text->len);
    memcpy(to, text->str, text->len + 1);
}

/// The body in the layout that Postback sends: an envelope, then the members of `data`.
static void render(struct delivery *delivery, const char *job_id, const redisReply *data) {
    const long long milliseconds = atoll(delivery->entry_id);
    const time_t seconds = (time_t)(milliseconds / 1000);
    struct tm parts;
    char when[32];
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &parts));
    const char *dot = strrchr(delivery->type, '.');
    const size_t room = data->len + 512;
    delivery->body = malloc(room);
    if (delivery->body == NULL) fail("out of memory");
    const int head = snprintf(delivery->body, room,
                              "{\"event_id\":\"%s\",\"type\":\"%s\",\"timestamp\":\"%s.%03lldZ\","
                              "\"job_id\":\"%s\",\"status\":\"%s\",",
                              delivery->event_id, delivery->type, when, milliseconds % 1000, job_id,
                              dot == NULL ? delivery->type : dot + 1);
    memcpy(delivery->body + head, data->str + 1, data->len - 1);
    delivery->body_length = (size_t)head + data->len - 1;
}

static struct delivery *read_entry(const redisReply *entry) {
    struct delivery *delivery = calloc(1, sizeof *delivery);
    if (delivery == NULL) fail("out of memory");
    copy_text(delivery->entry_id, sizeof delivery->entry_id, entry->element[0]);
    snprintf(delivery->event_id, sizeof delivery->event_id, "evt_%s", delivery->entry_id);
    const redisReply *fields = entry->element[1], *data = NULL;
    char job_id[128] = "";
    for (size_t i = 0; i + 1 < fields->elements; i += 2) {
        const char *name = fields->element[i]->str;
        const redisReply *value = fields->element[i + 1];
        if (strcmp(name, "type") == 0) copy_text(delivery->type, sizeof delivery->type, value);
        else if (strcmp(name, "job_id") == 0) copy_text(job_id, sizeof job_id, value);
        else if (strcmp(name, "data") == 0) data = value;
    }
    if (data == NULL || data->len < 2) fail("an entry without data");
    render(delivery, job_id, data);
    return delivery;
}

void intake_take(struct delivery_list *list) {
    if (redisBufferRead(redis) != REDIS_OK) fail("redis: %s", redis->errstr);
    void *next = NULL;
    while (redisGetReplyFromReader(redis, &next) == REDIS_OK && next != NULL) {
        redisReply *reply = next;
        // XACK and XDEL answer with a number, XREADGROUP with the streams, or with nothing after its five seconds.
        if (reply->type == REDIS_REPLY_ERROR) fail("redis: %s", reply->str);
        if (reply->type != REDIS_REPLY_INTEGER) is_asked = false;
        if (reply->type == REDIS_REPLY_ARRAY) {
            const redisReply *entries = reply->element[0]->element[1];
            for (size_t i = 0; i < entries->elements; i++) list_append(list, read_entry(entries->element[i]));
        }
        freeReplyObject(reply);
    }
}

static void append_command(const char *const *head, int head_count, const struct delivery_list *list) {
    const char *arguments[batch * 4];
    int count = 0;
    for (; count < head_count; count++) arguments[count] = head[count];
    for (const struct delivery *d = list->first; d != NULL; d = d->next) arguments[count++] = d->entry_id;
    redisAppendCommandArgv(redis, count, arguments, NULL);
}

void intake_acknowledge(const struct delivery_list *list) {
    if (list->count == 0) return;
    append_command((const char *const[]){"XACK", stream, group}, 3, list);
    append_command((const char *const[]){"XDEL", stream}, 2, list);
}
