// Tells ThreadSanitizer of what Swift's Mutex does when more than one thread wants it. That is done in the toolchain's
// libswiftSynchronization, which is not built with the sanitizer: without this, whatever a Mutex guards is reported as a race as
// soon as one thread has to wait for another. deploy/sanitize builds it and has it loaded in front of that library.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

// Synchronization._MutexHandle: _lockSlow(UInt32), _tryLockSlow() -> Bool, _unlockSlow()
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK_SLOW "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// Missing in processes that are not built with the sanitizer and inherit the environment.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

SWIFT void tell_lock(uint32_t thread, SELF void *mutex) __asm__(LOCK_SLOW);
SWIFT bool tell_try_lock(SELF void *mutex) __asm__(TRY_LOCK_SLOW);
SWIFT void tell_unlock(SELF void *mutex) __asm__(UNLOCK_SLOW);

static SWIFT void (*lock_slow)(uint32_t thread, SELF void *mutex);
static SWIFT bool (*try_lock_slow)(SELF void *mutex);
static SWIFT void (*unlock_slow)(SELF void *mutex);

__attribute__((constructor)) static void find_originals(void) {
    *(void **)&lock_slow = dlsym(RTLD_NEXT, LOCK_SLOW);
    *(void **)&try_lock_slow = dlsym(RTLD_NEXT, TRY_LOCK_SLOW);
    *(void **)&unlock_slow = dlsym(RTLD_NEXT, UNLOCK_SLOW);
}

SWIFT void tell_lock(uint32_t thread, SELF void *mutex) {
    lock_slow(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT bool tell_try_lock(SELF void *mutex) {
    bool is_locked = try_lock_slow(mutex);
    if (is_locked && __tsan_acquire) __tsan_acquire(mutex);
    return is_locked;
}

SWIFT void tell_unlock(SELF void *mutex) {
    if (__tsan_release) __tsan_release(mutex);
    unlock_slow(mutex);
}
