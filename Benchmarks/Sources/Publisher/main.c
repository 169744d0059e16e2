// Publishes events: a given number as fast as Redis takes them, or at a steady rate.
//
//   Publisher --redis SOCKET --count N
//   Publisher --redis SOCKET --rate PER_SECOND --seconds S
//
// The data of every event has the time at which it was published (t_ns, nanoseconds since the epoch) and fills up to --data
// bytes. Where it goes: --routes K spreads over the routes d0 to d(K-1), and with --rare R every tenth event over the R routes
// behind them; --urls K with --url-base spreads over K callback URLs; neither: wherever the relay sends events that say nothing.
#define _GNU_SOURCE
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support.h"

enum { pipeline = 500, maximum_data = 900 << 10 };

struct target {
    const char *stream;
    int64_t first, routes, rare, urls;
    const char *url_base;
    size_t data_length;
};

/// Writes the JSON object of event `number` into `data`; its length.
static size_t write_data(char *data, size_t length, int64_t number) {
    int head = sprintf(data,
                       "{\"t_ns\":%lld,\"number\":%lld,"
                       "\"report_url\":\"https://files.example.com/reports/%lld.pdf\",\"text\":\"",
                       (long long)realtime_ns(), (long long)number, (long long)number);
    size_t end = (size_t)head;
    while (end + 2 < length) {
        data[end] = (char)('a' + end % 26);
        end += 1;
    }
    data[end++] = '"';
    data[end++] = '}';
    return end;
}

/// The number of the route that event `number` goes to.
static int64_t route(const struct target *target, int64_t number) {
    if (target->rare > 0 && number % 10 == 9) return target->routes + number / 10 % target->rare;
    return number % target->routes;
}

static void append(redisContext *redis, const struct target *target, char *data, int64_t number) {
    char job[32], where[512];
    const char *arguments[12] = {"XADD", target->stream, "*", "type", "job.completed", "job_id", job, "data", data};
    size_t lengths[12];
    int count = 9;
    snprintf(job, sizeof job, "job-%010lld", (long long)number);
    if (target->routes > 0) {
        snprintf(where, sizeof where, "d%lld", (long long)route(target, number));
        arguments[count++] = "route";
        arguments[count++] = where;
    } else if (target->urls > 0) {
        snprintf(where, sizeof where, "%s%lld", target->url_base, (long long)(number % target->urls));
        arguments[count++] = "callback_url";
        arguments[count++] = where;
    }
    size_t data_length = write_data(data, target->data_length, number);
    for (int i = 0; i < count; i++) lengths[i] = i == 8 ? data_length : strlen(arguments[i]);
    if (redisAppendCommandArgv(redis, count, arguments, lengths) != REDIS_OK) fail("redis: %s", redis->errstr);
}

static void take_reply(redisContext *redis) {
    void *reply = NULL;
    if (redisGetReply(redis, &reply) != REDIS_OK) fail("redis: %s", redis->errstr);
    if (((redisReply *)reply)->type == REDIS_REPLY_ERROR) fail("redis: %s", ((redisReply *)reply)->str);
    freeReplyObject(reply);
}

static void fill(redisContext *redis, const struct target *target, char *data, int64_t count) {
    for (int64_t done = 0; done < count;) {
        int64_t batch = count - done < pipeline ? count - done : pipeline;
        for (int64_t i = 0; i < batch; i++) append(redis, target, data, target->first + done + i);
        for (int64_t i = 0; i < batch; i++) take_reply(redis);
        done += batch;
    }
}

/// One event at a time on a fixed schedule. An event that is late is published at once; the lateness is reported.
static int64_t publish_steadily(redisContext *redis, const struct target *target, char *data, int64_t rate, int64_t count) {
    const int64_t begin = monotonic_ns() + 1000000;
    int64_t latest = 0;
    for (int64_t i = 0; i < count; i++) {
        const int64_t due = begin + i * 1000000000 / rate;
        struct timespec time = {due / 1000000000, due % 1000000000};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0) continue;
        const int64_t late = monotonic_ns() - due;
        if (late > latest) latest = late;
        append(redis, target, data, target->first + i);
        take_reply(redis);
    }
    return latest;
}

int main(int argc, char **argv) {
    const char *path = option_text(argc, argv, "--redis", NULL);
    if (path == NULL) {
        fail("usage: Publisher --redis SOCKET (--count N | --rate R --seconds S)"
             " [--routes K [--rare R] | --urls K --url-base URL]");
    }
    const int64_t rate = option_number(argc, argv, "--rate", 0);
    const int64_t seconds = option_number(argc, argv, "--seconds", 10);
    const int64_t count = rate > 0 ? rate * seconds : option_number(argc, argv, "--count", 1000);
    const struct target target = {
        .stream = option_text(argc, argv, "--stream", "postback:events"),
        .first = option_number(argc, argv, "--first", 0),
        .routes = option_number(argc, argv, "--routes", 0),
        .rare = option_number(argc, argv, "--rare", 0),
        .urls = option_number(argc, argv, "--urls", 0),
        .url_base = option_text(argc, argv, "--url-base", ""),
        .data_length = (size_t)option_number(argc, argv, "--data", 880),
    };
    if (target.data_length > maximum_data) fail("--data: at most %d", maximum_data);
    char *data = malloc(target.data_length + 256);
    redisContext *redis = redisConnectUnix(path);
    if (data == NULL || redis == NULL) fail("out of memory");
    if (redis->err != 0) fail("%s: %s", path, redis->errstr);

    const int64_t begin = monotonic_ns();
    int64_t latest = 0;
    if (rate > 0) latest = publish_steadily(redis, &target, data, rate, count);
    else fill(redis, &target, data, count);
    printf("{\"count\":%lld,\"seconds\":%.6f,\"latest_ms\":%.3f}\n", (long long)count,
           (double)(monotonic_ns() - begin) / 1e9, (double)latest / 1e6);
    redisFree(redis);
    free(data);
    return 0;
}
