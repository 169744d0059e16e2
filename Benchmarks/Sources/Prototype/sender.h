// The sender's thread: one curl_multi and 64 handles that are used again.
#ifndef PROTOTYPE_SENDER_H
#define PROTOTYPE_SENDER_H

#include "delivery.h"

/// Starts the thread.
void sender_start(const char *url);

/// Readable when there are ended deliveries to take.
int sender_descriptor(void);

/// Hands deliveries over; `list` is empty afterwards.
void sender_send(struct delivery_list *list);

/// Appends the ended ones to `list`.
void sender_take(struct delivery_list *list);

#endif
