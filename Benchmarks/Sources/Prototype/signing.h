// The header fields of a delivery, with both signatures.
#ifndef PROTOTYPE_SIGNING_H
#define PROTOTYPE_SIGNING_H

#include "delivery.h"

/// Makes the keys ready. The secret is `whsec_` and base64.
void signing_open(const char *secret);

/// Writes the header list: as many fields as Postback sends, signed as Postback signs.
void signing_write_headers(struct delivery *delivery);

#endif
