// What Swift cannot call of libcurl: the variadic setters and getters. One function for each shape of argument, so that
// the compiler checks on both sides what C leaves unchecked. Everything else is called as it is.
#pragma once

#include <curl/curl.h>
#include <sys/prctl.h>

#pragma clang assume_nonnull begin

// curl_easy_setopt is variadic: options that take a `long`.
static inline CURLcode postback_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

// curl_easy_setopt is variadic: options that take a string or bytes of which libcurl keeps a copy. (CURLOPT_POSTFIELDS
// keeps the pointer; it may only be given NULL here.)
static inline CURLcode postback_curl_set_copied(CURL *handle, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}

// curl_easy_setopt is variadic: options that keep an untouched pointer, which must live as long as it is set.
static inline CURLcode postback_curl_set_context(CURL *handle, CURLoption option, void *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}

// curl_easy_setopt is variadic: options that keep a list, which must live until the transfer has ended.
static inline CURLcode postback_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}

// curl_easy_setopt is variadic: the functions that take what was received (header lines, parts of the body).
static inline CURLcode postback_curl_set_receiver(CURL *handle, CURLoption option, curl_write_callback value) {
    return curl_easy_setopt(handle, option, value);
}

// curl_easy_setopt is variadic: the function that opens the socket for an address about to be dialled.
static inline CURLcode postback_curl_set_opener(CURL *handle, curl_opensocket_callback value) {
    return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, value);
}

// curl_easy_setopt is variadic: the function that closes the sockets of a connection, and what it is given. A connection
// outlives the handle that opened it, and so must the context.
static inline CURLcode postback_curl_set_closer(CURL *handle, curl_closesocket_callback value, void *context) {
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, context);
    return curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, value);
}

// curl_easy_setopt is variadic: the function called when the connection stands and before the request is sent.
static inline CURLcode postback_curl_set_gate(CURL *handle, curl_prereq_callback value) {
    return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, value);
}

// curl_easy_getinfo is variadic: counts and codes.
static inline long postback_curl_get_long(CURL *handle, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

// curl_easy_getinfo is variadic: times in microseconds.
static inline curl_off_t postback_curl_get_offset(CURL *handle, CURLINFO info) {
    curl_off_t value = 0;
    return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

// curl_easy_getinfo is variadic: the pointer given as CURLOPT_PRIVATE.
static inline void *_Nullable postback_curl_get_private(CURL *handle) {
    char *value = NULL;
    return curl_easy_getinfo(handle, CURLINFO_PRIVATE, &value) == CURLE_OK ? value : NULL;
}

struct ssl_st;
extern int SSL_pending(const struct ssl_st *session);

// curl_easy_getinfo is variadic: bytes of the connection in use that TLS has unpacked and libcurl has not read. OpenSSL's
// headers would be a second module's business; this one function is all that is needed of them.
static inline int postback_curl_unread_in_tls(CURL *handle) {
    struct curl_tlssessioninfo *info = NULL;
    if (curl_easy_getinfo(handle, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || info == NULL) return 0;
    if (info->backend != CURLSSLBACKEND_OPENSSL || info->internals == NULL) return 0;
    return SSL_pending((const struct ssl_st *)info->internals);
}

// curl_multi_setopt is variadic: options that take a `long`.
static inline CURLMcode postback_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// curl_share_setopt is variadic: has the handles that use the share take up each other's TLS sessions.
static inline CURLSHcode postback_curl_share_sessions(CURLSH *share) {
    return curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

// The result is a member of a union inside the message, which Swift imports only as raw storage on some versions.
static inline CURLcode postback_curl_message_result(const CURLMsg *message) {
    return message->data.result;
}

// CURLVERSION_NOW is a macro that Swift does not see: the file of authorities that libcurl was built to trust.
static inline const char *_Nullable postback_curl_authorities_file(void) {
    return curl_version_info(CURLVERSION_NOW)->cainfo;
}

// The same: the version of the library that is loaded, as 0xMMmmpp.
static inline unsigned int postback_curl_version(void) {
    return curl_version_info(CURLVERSION_NOW)->version_num;
}

// prctl is variadic, and pthread_setname_np is hidden behind _GNU_SOURCE: names the calling thread, in at most 15 bytes.
static inline void postback_curl_name_thread(const char *name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

#pragma clang assume_nonnull end
