#include "sender.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "support.h"

// Ended deliveries are told about once there are so many, or nothing is under way, or some milliseconds have passed: each
// telling costs the other thread a commit.
enum { connections = 64, enough = 100, patience_ms = 5 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct delivery_list waiting, ended;  // under the lock
static int told;                             // an eventfd
static CURLM *multi;
static CURL *idle[connections];
static int idle_count;

static size_t discard(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    (void)context;
    return size * count;
}

static void make_handles(const char *url) {
    for (; idle_count < connections; idle_count++) {
        CURL *handle = curl_easy_init();
        if (handle == NULL) fail("out of memory");
        curl_easy_setopt(handle, CURLOPT_URL, url);
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle, CURLOPT_POST, 1L);
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, discard);
        curl_easy_setopt(handle, CURLOPT_PROXY, "");
        curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, 30000L);
        curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, 5000L);
        idle[idle_count] = handle;
    }
}

static void begin(struct delivery *delivery) {
    CURL *handle = idle[--idle_count];
    delivery->started_at = realtime_ns() / 1000000;
    curl_easy_setopt(handle, CURLOPT_PRIVATE, delivery);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, delivery->headers);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, delivery->body);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, (long)delivery->body_length);
    curl_multi_add_handle(multi, handle);
}

static struct delivery *finish(CURLMsg *message) {
    CURL *handle = message->easy_handle;
    char *context = NULL;
    curl_off_t microseconds = 0;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &context);
    struct delivery *delivery = (struct delivery *)(void *)context;
    delivery->code = message->data.result;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &delivery->status);
    curl_easy_getinfo(handle, CURLINFO_TOTAL_TIME_T, &microseconds);
    delivery->total_ms = (double)microseconds / 1e3;
    curl_multi_remove_handle(multi, handle);
    idle[idle_count++] = handle;
    return delivery;
}

static void tell(struct delivery_list *list) {
    pthread_mutex_lock(&lock);
    list_move(&ended, list);
    pthread_mutex_unlock(&lock);
    if (write(told, &(uint64_t){1}, sizeof(uint64_t)) < 0) fail("eventfd");
}

static void *run(void *context) {
    make_handles(context);
    struct delivery_list queue = {0}, done = {0};
    int64_t oldest_done = 0;
    while (true) {
        pthread_mutex_lock(&lock);
        list_move(&queue, &waiting);
        pthread_mutex_unlock(&lock);
        while (idle_count > 0 && queue.count > 0) begin(list_take(&queue));

        int running = 0, left = 0;
        curl_multi_perform(multi, &running);
        CURLMsg *message;
        while ((message = curl_multi_info_read(multi, &left)) != NULL) {
            if (done.count == 0) oldest_done = monotonic_ns();
            list_append(&done, finish(message));
        }
        if (done.count > 0) {
            const int64_t age_ms = (monotonic_ns() - oldest_done) / 1000000;
            if (done.count >= enough || idle_count == connections || age_ms >= patience_ms) tell(&done);
        }
        if (idle_count > 0 && queue.count > 0) continue;
        curl_multi_poll(multi, NULL, 0, done.count > 0 ? patience_ms : 60000, NULL);
    }
    return NULL;
}

void sender_start(const char *url) {
    pthread_t thread;
    told = eventfd(0, EFD_CLOEXEC);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi = curl_multi_init();
    if (told < 0 || pthread_create(&thread, NULL, run, (void *)(uintptr_t)url) != 0) fail("no thread");
}

int sender_descriptor(void) { return told; }

void sender_send(struct delivery_list *list) {
    pthread_mutex_lock(&lock);
    list_move(&waiting, list);
    pthread_mutex_unlock(&lock);
    curl_multi_wakeup(multi);
}

void sender_take(struct delivery_list *list) {
    uint64_t count;
    if (read(told, &count, sizeof count) < 0) fail("eventfd");
    pthread_mutex_lock(&lock);
    list_move(list, &ended);
    pthread_mutex_unlock(&lock);
}
