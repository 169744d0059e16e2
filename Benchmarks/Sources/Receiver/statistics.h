// What arrived: counts, times, latencies, ids.
#ifndef RECEIVER_STATISTICS_H
#define RECEIVER_STATISTICS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/// One request as it arrived. The texts point into the connection's buffer.
struct arrival {
    const char *segment;  // the first part of the path
    size_t segment_length;
    const char *id;  // webhook-id
    size_t id_length;
    int attempt;  // x-postback-attempt
    int status;   // what is answered; 0: nothing
    const char *body;
    size_t head_length, body_length;
};

/// Opens the file that every arrival is written to, if one is wanted.
void statistics_open_log(const char *path);

/// Forgets everything; the log is emptied too.
void statistics_reset(void);

void statistics_count(const struct arrival *arrival);

/// Writes counts and times as JSON; cheap.
void statistics_print(FILE *out);

/// Writes the distribution of the latencies as JSON; sorts them.
void statistics_print_latency(FILE *out);

#endif
