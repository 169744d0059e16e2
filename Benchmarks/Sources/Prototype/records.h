// The SQLite file: events, deliveries, attempts. WAL, synchronous=FULL, one transaction for whatever has gathered.
#ifndef PROTOTYPE_RECORDS_H
#define PROTOTYPE_RECORDS_H

#include "delivery.h"

void records_open(const char *path);

/// Writes the new deliveries, which get their row, and the attempts of the ended ones; returns after the commit.
void records_write(struct delivery_list *added, const struct delivery_list *ended);

#endif
