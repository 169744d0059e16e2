// What the programs of the benchmarks share: options, clocks, and ending with a message.
#ifndef BENCHMARKS_SUPPORT_H
#define BENCHMARKS_SUPPORT_H

#include <stdbool.h>
#include <stdint.h>

/// The value after `name` among the arguments, or `fallback`.
const char *option_text(int argc, char **argv, const char *name, const char *fallback);

/// The same for a whole number; ends the program when the value is none.
int64_t option_number(int argc, char **argv, const char *name, int64_t fallback);

/// Nanoseconds since the Unix epoch.
int64_t realtime_ns(void);

/// Nanoseconds of the clock that is never set.
int64_t monotonic_ns(void);

/// Processor time of this process so far, user and system, all threads.
double cpu_seconds(void);

/// Allows as many open files as the system lets this process have.
void raise_descriptor_limit(void);

/// Prints the message and ends the program with 1.
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
