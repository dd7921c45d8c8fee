// Many futex operations of many threads at once, and pairs of signals to a thread that spins. A wake-up or a signal
// that is lost leaves somebody waiting for ever, so that the program does not end; what happens twice, or in the
// wrong order, shows in what it prints.
//   torture futex OPERATIONS-OF-EACH-THREAD [RUNS]
//   torture signals PAIRS
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define THREADS 16
#define LOCKS 4
#define TOKENS 4
#define ROUNDS 64
#define LINE __attribute__((aligned(64)))

struct own { pthread_t thread; unsigned index; unsigned long calls, rounds; } LINE;
struct word { atomic_uint value; } LINE;
struct counted { atomic_uint word; unsigned long count; } LINE;

static struct own owns[THREADS];
static struct word boxes[THREADS], generation, relay;
static struct counted locks[LOCKS];
static atomic_uint arrived;
static atomic_int stop;
static unsigned long wanted;

static long futex(struct own *own, atomic_uint *word, int op, unsigned value, unsigned long second, atomic_uint *other, unsigned third)
{
    own->calls++;
    long result = syscall(SYS_futex, word, op, value, second, other, third);
    if (result < 0 && errno != EAGAIN) {
        printf("futex %d: %s\n", op, strerrorname_np(errno));
        exit(1);
    }
    return result;
}

// A lock with shared keys that always asks the kernel to wake somebody: 0 free, 1 taken, 2 taken and waited for.
static void lock(struct own *own, atomic_uint *word)
{
    unsigned seen = 0;
    if (atomic_compare_exchange_strong(word, &seen, 1)) return;
    if (seen != 2) seen = atomic_exchange(word, 2);
    while (seen != 0) {
        futex(own, word, FUTEX_WAIT, 2, 0, NULL, 0);
        seen = atomic_exchange(word, 2);
    }
}

static void unlock(struct own *own, atomic_uint *word)
{
    atomic_store(word, 0);
    futex(own, word, FUTEX_WAKE, 1, 0, NULL, 0);
}

// Tokens go around a ring. Each thread waits at its own box and fills the next one's; the wake-up that matters is
// one of two operations, and so is the wait.
static void take_token(struct own *own)
{
    atomic_uint *box = &boxes[own->index].value;
    while (atomic_load(box) == 0) {
        if (own->rounds & 1) futex(own, box, FUTEX_WAIT_PRIVATE, 0, 0, NULL, 0);
        else futex(own, box, FUTEX_WAIT_BITSET_PRIVATE, 0, 0, NULL, 4);
    }
    atomic_fetch_sub(box, 1);
}

static void pass_token(struct own *own)
{
    atomic_uint *box = &boxes[(own->index + 1) % THREADS].value;
    if (own->rounds & 2) {
        futex(own, box, FUTEX_WAKE_OP_PRIVATE, 1, 0, box, FUTEX_OP(FUTEX_OP_ADD, 1, FUTEX_OP_CMP_LT, 0));
    } else {
        atomic_fetch_add(box, 1);
        if (own->rounds & 4) futex(own, box, FUTEX_WAKE_PRIVATE, 1, 0, NULL, 0);
        else futex(own, box, FUTEX_WAKE_BITSET_PRIVATE, 1, 0, NULL, 12);
    }
}

// The last one to come lets one go and moves the others to another word, where each wakes the next.
static void meet(struct own *own)
{
    unsigned now = atomic_load(&generation.value);
    if (atomic_fetch_add(&arrived, 1) != THREADS - 1) {
        while (atomic_load(&generation.value) == now) futex(own, &generation.value, FUTEX_WAIT_PRIVATE, now, 0, NULL, 0);
    } else {
        int enough = 1;
        for (int i = 0; i < THREADS; i++) enough &= owns[i].calls >= wanted;
        atomic_store(&stop, enough);
        atomic_store(&arrived, 0);
        atomic_store(&generation.value, now + 1);
        futex(own, &generation.value, FUTEX_CMP_REQUEUE_PRIVATE, 1, INT_MAX, &relay.value, now + 1);
    }
    futex(own, &relay.value, FUTEX_WAKE_PRIVATE, 1, 0, NULL, 0);
}

static void *work(void *argument)
{
    struct own *own = argument;
    while (!atomic_load(&stop)) {
        for (int i = 0; i < ROUNDS; i++, own->rounds++) {
            take_token(own);
            struct counted *counted = &locks[(own->rounds * 7 + own->index) % LOCKS];
            lock(own, &counted->word);
            counted->count++;
            unlock(own, &counted->word);
            pass_token(own);
        }
        meet(own);
    }
    return NULL;
}

static void futexes(void)
{
    memset(owns, 0, sizeof owns);
    memset(locks, 0, sizeof locks);
    atomic_store(&stop, 0);
    for (int i = 0; i < THREADS; i++) atomic_store(&boxes[i].value, i % (THREADS / TOKENS) == 0);
    for (int i = 0; i < THREADS; i++) {
        owns[i].index = i;
        int error = pthread_create(&owns[i].thread, NULL, work, &owns[i]);
        if (error) { printf("pthread_create: %s\n", strerrorname_np(error)); exit(1); }
    }
    unsigned long rounds = 0, counted = 0, tokens = 0;
    int enough = 1;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(owns[i].thread, NULL);
        rounds += owns[i].rounds;
        enough &= owns[i].calls >= wanted;
    }
    for (int i = 0; i < LOCKS; i++) counted += locks[i].count;
    for (int i = 0; i < THREADS; i++) tokens += atomic_load(&boxes[i].value);
    printf("operations %s, counts %s, tokens %lu\n", enough ? "done" : "missing", counted == rounds ? "right" : "wrong", tokens);
    fflush(stdout);
}

static atomic_ulong received, wrong, turns;

static void receive(int number, siginfo_t *info, void *context)
{
    (void)context;
    unsigned long n = atomic_load(&received);
    if (number != SIGRTMIN + (int)(n & 1) || (unsigned long)info->si_value.sival_int != n) atomic_fetch_add(&wrong, 1);
    atomic_store(&received, n + 1);
}

static void *spin(void *unused)
{
    while (!atomic_load_explicit(&stop, memory_order_relaxed)) atomic_fetch_add_explicit(&turns, 1, memory_order_relaxed);
    return unused;
}

static void signals(unsigned long pairs)
{
    struct sigaction action = { .sa_sigaction = receive, .sa_flags = SA_SIGINFO | SA_RESTART };
    sigaddset(&action.sa_mask, SIGRTMIN);
    sigaddset(&action.sa_mask, SIGRTMIN + 1);
    sigaction(SIGRTMIN, &action, NULL);
    sigaction(SIGRTMIN + 1, &action, NULL);
    pthread_t spinner;
    pthread_create(&spinner, NULL, spin, NULL);
    while (atomic_load(&turns) == 0) sched_yield();
    for (unsigned long n = 0; n < 2 * pairs; n += 2) {
        for (int k = 0; k < 2; k++) {
            int error = pthread_sigqueue(spinner, SIGRTMIN + k, (union sigval){ .sival_int = (int)n + k });
            if (error) { printf("pthread_sigqueue: %s\n", strerrorname_np(error)); exit(1); }
        }
        while (atomic_load(&received) < n + 2) sched_yield();
    }
    atomic_store(&stop, 1);
    pthread_join(spinner, NULL);
    printf("received %lu, wrong %lu\n", atomic_load(&received), atomic_load(&wrong));
}

int main(int count, char **arguments)
{
    if (count < 3) return 2;
    wanted = strtoul(arguments[2], NULL, 10);
    int runs = count > 3 ? atoi(arguments[3]) : 1;
    if (!strcmp(arguments[1], "signals")) signals(wanted);
    else for (int i = 0; i < runs; i++) futexes();
    return 0;
}
