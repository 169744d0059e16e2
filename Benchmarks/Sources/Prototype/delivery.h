// One event on its way: made by the main thread, sent by the sender's, recorded by the main thread.
#ifndef PROTOTYPE_DELIVERY_H
#define PROTOTYPE_DELIVERY_H

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

enum { header_count = 11 };

struct delivery {
    struct delivery *next;
    int64_t row;  // in the table `deliveries`
    char entry_id[48], event_id[64], type[136];
    char *body;
    size_t body_length;

    // The header list and its text in one piece with the rest: nothing is allocated for a field.
    struct curl_slist headers[header_count];
    char header_text[1024];

    // What came of it.
    int64_t started_at;  // ms since the epoch
    long status;
    CURLcode code;
    double total_ms;
};

/// A list that is filled at its end.
struct delivery_list {
    struct delivery *first, *last;
    size_t count;
};

static inline void list_append(struct delivery_list *list, struct delivery *delivery) {
    delivery->next = NULL;
    if (list->last == NULL) list->first = delivery;
    else list->last->next = delivery;
    list->last = delivery;
    list->count += 1;
}

/// Moves everything from one list to the end of another.
static inline void list_move(struct delivery_list *to, struct delivery_list *from) {
    if (from->first == NULL) return;
    if (to->last == NULL) to->first = from->first;
    else to->last->next = from->first;
    to->last = from->last;
    to->count += from->count;
    *from = (struct delivery_list){0};
}

static inline struct delivery *list_take(struct delivery_list *list) {
    struct delivery *delivery = list->first;
    if (delivery == NULL) return NULL;
    list->first = delivery->next;
    if (list->first == NULL) list->last = NULL;
    list->count -= 1;
    return delivery;
}

#endif
