// futex(2) by its numbers: every operation, its error numbers, and who is woken in which order.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static _Atomic uint32_t word, other, order, started, pi;
static int slots[8];

static long futex(void *a, int op, uint32_t v, void *t, void *b, uint32_t c)
{
    long r = syscall(SYS_futex, a, op, v, t, b, c);
    return r < 0 ? -errno : r;
}

static void say(const char *what, long result)
{
    printf("%s %ld\n", what, result);
    fflush(stdout);
}

struct wait { void *address; int op; uint32_t value, bitset; long result; int rank; void *second; };

static void *waiter(void *argument)
{
    struct wait *w = argument;
    atomic_fetch_add(&started, 1);
    w->result = futex(w->address, w->op, w->value, 0, w->second, w->bitset);
    w->rank = atomic_fetch_add(&order, 1);
    return 0;
}

// A thread is known to wait once a requeue of nobody finds it; simpler and as sure on both systems: /proc is not needed, time is.
static void settle(unsigned count)
{
    while (atomic_load(&started) < count)
        usleep(100);
    usleep(30000);
}

static void start(pthread_t *threads, struct wait *waits, int count, void *address, int op, uint32_t bitset)
{
    atomic_store(&started, 0);
    atomic_store(&order, 0);
    for (int i = 0; i < count; i++)
    {
        waits[i] = (struct wait){ address, op, 0, bitset ? bitset << i : ~0u, 99, -1, &pi };
        pthread_create(&threads[i], 0, waiter, &waits[i]);
        settle(i + 1);
    }
}

static void finish(pthread_t *threads, struct wait *waits, int count)
{
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], 0);
    for (int i = 0; i < count; i++)
        say("  woken with", waits[i].result);
}

static void errors(void)
{
    char *page = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct timespec bad = { 0, 1000000000 }, negative = { -1, 0 }, soon = { 0, 1000000 };
    say("misaligned", futex((char *)&word + 1, FUTEX_WAIT, 0, 0, 0, 0));
    say("misaligned wake", futex((char *)&word + 2, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
    say("not there", futex(page, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0));
    say("not mapped", futex((void *)0x10000, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0));
    say("kernel's", futex((void *)0xffff800000000000, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
    say("other value", futex(&word, FUTEX_WAIT_PRIVATE, 1, 0, 0, 0));
    say("bad time", futex(&word, FUTEX_WAIT_PRIVATE, 0, &bad, 0, 0));
    say("negative time", futex(&word, FUTEX_WAIT_PRIVATE, 0, &negative, 0, 0));
    say("time not there", futex(&word, FUTEX_WAIT_PRIVATE, 0, page, 0, 0));
    say("over", futex(&word, FUTEX_WAIT_PRIVATE, 0, &soon, 0, 0));
    say("no bits", futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 0, 0, 0, 0));
    say("no bits to wake", futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 1, 0, 0, 0));
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    say("past", futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 0, &now, 0, 1));
    clock_gettime(CLOCK_REALTIME, &now);
    say("past by the wall clock", futex(&word, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 0, &now, 0, 1));
    say("clock for wake", futex(&word, FUTEX_WAKE_PRIVATE | FUTEX_CLOCK_REALTIME, 1, 0, 0, 0));
    say("unknown", futex(&word, 77, 0, 0, 0, 0));
    say("fd", futex(&word, 2, 0, 0, 0, 0));
    say("nobody", futex(&word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
    say("requeue nobody", futex(&word, FUTEX_REQUEUE_PRIVATE, 1, (void *)1, &other, 0));
    say("requeue compares", futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)1, &other, 5));
    say("requeue negative", futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, -1, (void *)1, &other, 0));
    say("requeue to nothing", futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)1, (void *)2, 0));
}

static void wakes(void)
{
    pthread_t threads[8];
    struct wait waits[8];
    start(threads, waits, 4, &word, FUTEX_WAIT_PRIVATE, 0);
    say("wake two", futex(&word, FUTEX_WAKE_PRIVATE, 2, 0, 0, 0));
    usleep(30000);
    say("first two are awake", waits[0].rank >= 0 && waits[1].rank >= 0 && waits[2].rank < 0 && waits[3].rank < 0);
    say("shared does not reach private", futex(&word, FUTEX_WAKE, 8, 0, 0, 0));
    say("wake the rest", futex(&word, FUTEX_WAKE_PRIVATE, 100, 0, 0, 0));
    finish(threads, waits, 4);

    start(threads, waits, 4, &word, FUTEX_WAIT_BITSET_PRIVATE, 1);
    say("wake bit 2", futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 100, 0, 0, 4));
    say("wake bits 0 and 3", futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 100, 0, 0, 9));
    say("wake any", futex(&word, FUTEX_WAKE_PRIVATE, 100, 0, 0, 0));
    finish(threads, waits, 4);

    start(threads, waits, 6, &word, FUTEX_WAIT_PRIVATE, 0);
    say("requeue", futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)3, &other, 0));
    say("left", futex(&word, FUTEX_WAKE_PRIVATE, 100, 0, 0, 0));
    say("moved", futex(&other, FUTEX_WAKE_PRIVATE, 100, 0, 0, 0));
    finish(threads, waits, 6);

    start(threads, waits, 3, &other, FUTEX_WAIT_PRIVATE, 0);
    uint32_t operations[] = {
        FUTEX_OP(FUTEX_OP_SET, 5, FUTEX_OP_CMP_EQ, 1), FUTEX_OP(FUTEX_OP_ADD, -2, FUTEX_OP_CMP_GT, 4), FUTEX_OP(FUTEX_OP_OR, 8, FUTEX_OP_CMP_LT, 0),
        FUTEX_OP(FUTEX_OP_ANDN, 3, FUTEX_OP_CMP_NE, 11), FUTEX_OP(FUTEX_OP_XOR, 1, FUTEX_OP_CMP_LE, 8), FUTEX_OP(FUTEX_OP_SET | FUTEX_OP_OPARG_SHIFT, 4, FUTEX_OP_CMP_GE, 9),
        FUTEX_OP(FUTEX_OP_ADD, 2047, FUTEX_OP_CMP_EQ, -2048), 0xf0000000, 0x0f000000,
    };
    for (unsigned i = 0; i < sizeof operations / sizeof *operations; i++)
    {
        say("wake op", futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, &other, operations[i]));
        say("  word", (int)atomic_load(&other));
    }
    say("wake the rest", futex(&other, FUTEX_WAKE_PRIVATE, 100, 0, 0, 0));
    finish(threads, waits, 3);
    atomic_store(&other, 0);
}

static void *pi_holder(void *argument)
{
    say("holder locks", futex(&pi, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
    say("holder again", futex(&pi, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
    atomic_store(&slots[0], 1);
    while (!atomic_load(&slots[1]))
        usleep(100);
    slots[2] = futex(&pi, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0);
    return 0;
}

static void priority_inheritance(void)
{
    pthread_t thread;
    struct timespec past = { 1, 0 };
    uint32_t self = syscall(SYS_gettid);
    say("lock", futex(&pi, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
    say("is mine", atomic_load(&pi) == self);
    say("try", futex(&pi, FUTEX_TRYLOCK_PI_PRIVATE, 0, 0, 0, 0));
    say("unlock", futex(&pi, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0));
    say("is free", atomic_load(&pi) == 0);
    say("unlock again", futex(&pi, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0));
    pthread_create(&thread, 0, pi_holder, 0);
    while (!atomic_load(&slots[0]))
        usleep(100);
    say("try held", futex(&pi, FUTEX_TRYLOCK_PI_PRIVATE, 0, 0, 0, 0));
    say("time is over", futex(&pi, FUTEX_LOCK_PI_PRIVATE, 0, &past, 0, 0));
    say("not mine to unlock", futex(&pi, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0));
    atomic_store(&slots[1], 1);
    say("handed over", futex(&pi, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
    say("is mine", (atomic_load(&pi) & FUTEX_TID_MASK) == self);
    say("unlock", futex(&pi, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0));
    pthread_join(thread, 0);
    say("holder unlocked", slots[2]);
    atomic_store(&pi, 0x3ffffff0);
    say("owner that never was", futex(&pi, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
    atomic_store(&pi, 0);
}

static void *robust_owner(void *mutex)
{
    pthread_mutex_lock(mutex);
    return 0;
}

static void robust(void)
{
    pthread_mutexattr_t kind;
    for (int protocol = 0; protocol < 2; protocol++)
    {
        pthread_mutex_t mutex;
        pthread_t thread;
        pthread_mutexattr_init(&kind);
        pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
        pthread_mutexattr_setprotocol(&kind, protocol ? PTHREAD_PRIO_INHERIT : PTHREAD_PRIO_NONE);
        pthread_mutex_init(&mutex, &kind);
        pthread_create(&thread, 0, robust_owner, &mutex);
        pthread_join(thread, 0);
        say("owner died", pthread_mutex_lock(&mutex) == EOWNERDEAD);
        say("consistent", pthread_mutex_consistent(&mutex));
        say("unlock", pthread_mutex_unlock(&mutex));
        say("lock", pthread_mutex_lock(&mutex));
        say("unlock", pthread_mutex_unlock(&mutex));
    }
}

static void *shared_waiter(void *address)
{
    atomic_fetch_add(&started, 1);
    say("shared wait", futex(address, FUTEX_WAIT, 0, 0, 0, 0));
    return 0;
}

static void shared(void)
{
    pthread_t thread;
    char *a = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    atomic_store(&started, 0);
    pthread_create(&thread, 0, shared_waiter, a);
    settle(1);
    say("private does not reach shared", futex(a, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
    long woken = futex(a, FUTEX_WAKE, 1, 0, 0, 0);
    pthread_join(thread, 0);
    say("shared wake", woken);
}

int main(void)
{
    errors();
    wakes();
    priority_inheritance();
    robust();
    shared();
    return 0;
}
