#define _GNU_SOURCE
#include "statistics.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

enum { maximum_segments = 32, maximum_latencies = 8 << 20, first_id_capacity = 1 << 21 };

struct segment {
    char name[24];
    uint64_t count;
    int64_t first_ns, last_ns;  // monotonic
};

static struct {
    uint64_t total, body_bytes, head_bytes;
    int64_t first_realtime_ns, last_realtime_ns, first_monotonic_ns, last_monotonic_ns;
    struct segment segments[maximum_segments];
    int segment_count;
} counts;

static int64_t *latencies;
static size_t latency_count, latency_capacity;

// Ids seen, as a set of their hashes: two ids out of a million share a 64-bit hash about once in 40 million runs.
static uint64_t *ids;
static size_t id_count, id_capacity;

static FILE *log_file;

void statistics_open_log(const char *path) {
    log_file = fopen(path, "w");
    if (log_file == NULL) fail("%s: cannot be written", path);
    setvbuf(log_file, NULL, _IOFBF, 1 << 20);
}

void statistics_reset(void) {
    memset(&counts, 0, sizeof counts);
    latency_count = 0;
    if (ids == NULL) {
        id_capacity = first_id_capacity;
        ids = malloc(id_capacity * sizeof *ids);
        if (ids == NULL) fail("out of memory");
    }
    // Touched now, so that the first arrivals do not pay for the pages.
    memset(ids, 0, id_capacity * sizeof *ids);
    id_count = 0;
    if (log_file != NULL) {
        fflush(log_file);
        if (ftruncate(fileno(log_file), 0) != 0) fail("the log cannot be emptied");
        rewind(log_file);
    }
}

static struct segment *segment_named(const char *name, size_t length) {
    if (length >= sizeof counts.segments[0].name) length = sizeof counts.segments[0].name - 1;
    for (int i = 0; i < counts.segment_count; i++) {
        struct segment *segment = &counts.segments[i];
        if (strncmp(segment->name, name, length) == 0 && segment->name[length] == '\0') return segment;
    }
    if (counts.segment_count == maximum_segments) return &counts.segments[maximum_segments - 1];
    struct segment *segment = &counts.segments[counts.segment_count++];
    for (size_t i = 0; i < length; i++) {
        // Nothing that JSON would want escaped.
        bool plain = name[i] > ' ' && name[i] < 127 && name[i] != '"' && name[i] != '\\';
        segment->name[i] = plain ? name[i] : '?';
    }
    segment->name[length] = '\0';
    return segment;
}

static void insert_hash(uint64_t *table, size_t capacity, uint64_t hash, size_t *count) {
    size_t place = hash & (capacity - 1);
    while (table[place] != 0) {
        if (table[place] == hash) return;
        place = (place + 1) & (capacity - 1);
    }
    table[place] = hash;
    *count += 1;
}

static void remember_id(const char *id, size_t length) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (uint8_t)id[i]) * 1099511628211u;
    hash ^= hash >> 32;  // the low bits choose the place
    insert_hash(ids, id_capacity, hash == 0 ? 1 : hash, &id_count);
    if (id_count * 2 < id_capacity) return;

    size_t capacity = id_capacity * 4, count = 0;
    uint64_t *table = calloc(capacity, sizeof *table);
    if (table == NULL) fail("out of memory");
    for (size_t i = 0; i < id_capacity; i++) {
        if (ids[i] != 0) insert_hash(table, capacity, ids[i], &count);
    }
    free(ids);
    ids = table;
    id_capacity = capacity;
}

static void remember_latency(const char *body, size_t length, int64_t now) {
    static const char name[] = "\"t_ns\":";
    const char *member = memmem(body, length, name, sizeof name - 1);
    if (member == NULL || latency_count == maximum_latencies) return;
    int64_t published = 0;
    for (const char *digit = member + sizeof name - 1; digit < body + length && *digit >= '0' && *digit <= '9'; digit++) {
        published = published * 10 + (*digit - '0');
    }
    if (latency_count == latency_capacity) {
        latency_capacity = latency_capacity == 0 ? 1 << 16 : latency_capacity * 2;
        latencies = realloc(latencies, latency_capacity * sizeof *latencies);
        if (latencies == NULL) fail("out of memory");
    }
    latencies[latency_count++] = now - published;
}

void statistics_count(const struct arrival *arrival) {
    int64_t now = realtime_ns(), monotonic = monotonic_ns();
    if (counts.total == 0) {
        counts.first_realtime_ns = now;
        counts.first_monotonic_ns = monotonic;
    }
    counts.last_realtime_ns = now;
    counts.last_monotonic_ns = monotonic;
    counts.total += 1;
    counts.body_bytes += arrival->body_length;
    counts.head_bytes += arrival->head_length;

    struct segment *segment = segment_named(arrival->segment, arrival->segment_length);
    if (segment->count == 0) segment->first_ns = monotonic;
    segment->last_ns = monotonic;
    segment->count += 1;

    if (arrival->id != NULL) remember_id(arrival->id, arrival->id_length);
    remember_latency(arrival->body, arrival->body_length, now);
    if (log_file != NULL) {
        fprintf(log_file, "%.*s %" PRId64 " %d %d\n", (int)arrival->id_length, arrival->id == NULL ? "" : arrival->id,
                now / 1000, arrival->attempt, arrival->status);
    }
}

void statistics_print(FILE *out) {
    if (log_file != NULL) fflush(log_file);
    fprintf(out,
            "{\"total\":%" PRIu64 ",\"distinct_ids\":%zu,\"body_bytes\":%" PRIu64 ",\"head_bytes\":%" PRIu64
            ",\"first_realtime_ns\":%" PRId64 ",\"last_realtime_ns\":%" PRId64 ",\"first_ns\":%" PRId64
            ",\"last_ns\":%" PRId64 ",\"paths\":{",
            counts.total, id_count, counts.body_bytes, counts.head_bytes, counts.first_realtime_ns,
            counts.last_realtime_ns, counts.first_monotonic_ns, counts.last_monotonic_ns);
    for (int i = 0; i < counts.segment_count; i++) {
        const struct segment *segment = &counts.segments[i];
        fprintf(out, "%s\"%s\":{\"count\":%" PRIu64 ",\"first_ns\":%" PRId64 ",\"last_ns\":%" PRId64 "}",
                i == 0 ? "" : ",", segment->name, segment->count, segment->first_ns, segment->last_ns);
    }
    fprintf(out, "}}");
}

static int compare(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

void statistics_print_latency(FILE *out) {
    qsort(latencies, latency_count, sizeof *latencies, compare);
    fprintf(out, "{\"count\":%zu", latency_count);
    if (latency_count > 0) {
        static const struct {
            const char *name;
            double share;
        } marks[] = {{"p50_us", 0.5}, {"p90_us", 0.9}, {"p99_us", 0.99}, {"p999_us", 0.999}, {"max_us", 1}};
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
            size_t place = (size_t)(marks[i].share * (double)(latency_count - 1) + 0.5);
            fprintf(out, ",\"%s\":%.1f", marks[i].name, (double)latencies[place] / 1e3);
        }
    }
    fprintf(out, "}");
}
