// The stream: read through a consumer group, acknowledge, delete. Nothing here blocks but writing.
#ifndef PROTOTYPE_INTAKE_H
#define PROTOTYPE_INTAKE_H

#include <stdbool.h>

#include "delivery.h"

/// Connects and makes the group. Afterwards `intake_descriptor` becomes readable when there is something to take.
void intake_open(const char *socket_path);

int intake_descriptor(void);

/// Sends what has been acknowledged, and asks for more entries if they are wanted and not asked for already.
void intake_flush(bool wants_more);

/// Appends what has come in to `list`.
void intake_take(struct delivery_list *list);

/// Acknowledges and deletes the entries of these deliveries, with the next flush.
void intake_acknowledge(const struct delivery_list *list);

#endif
