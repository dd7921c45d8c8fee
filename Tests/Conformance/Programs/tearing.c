// Threads that map, protect, move and unmap memory under each other's feet, on all cores.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define K 4096L
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define THREADS 4

static int rounds = 300;
static char *shared;
static atomic_long failures;
static atomic_int stop;

static void check(int ok, int line) { if (!ok && failures++ < 5) fprintf(stderr, "line %d errno %d\n", line, errno); }
#define CHECK(x) check(!!(x), __LINE__)

static unsigned next(unsigned *seed) { return *seed = *seed * 1664525 + 1013904223, *seed >> 8; }

// Each its own memory: nothing of another may ever appear in it.
static void *owner(void *argument)
{
    unsigned seed = (unsigned)(long)argument * 7919 + 1;
    for (int round = 0; round < rounds; round++) {
        long pages = 1 + next(&seed) % 40;
        long tag = (long)argument << 32 | round;
        char *p = mmap(NULL, pages * K, RW, ANON | (next(&seed) % 2 ? MAP_NORESERVE : 0), -1, 0);
        CHECK(p != MAP_FAILED);
        for (long i = 0; i < pages; i++) {
            CHECK(*(long *)(p + i * K) == 0);
            *(long *)(p + i * K) = tag + i;
        }
        long half = pages / 2;
        if (half) {
            CHECK(mprotect(p, half * K, PROT_READ) == 0);
            for (long i = 0; i < half; i++) CHECK(*(long *)(p + i * K) == tag + i);
            CHECK(mprotect(p, half * K, RW) == 0);
            *(long *)p = tag;
        }
        char *q = mremap(p, pages * K, (pages + 3) * K, MREMAP_MAYMOVE);
        CHECK(q != MAP_FAILED);
        for (long i = 0; i < pages; i++) CHECK(*(long *)(q + i * K) == tag + i);
        CHECK(*(long *)(q + pages * K) == 0);
        CHECK(madvise(q, K, MADV_DONTNEED) == 0);
        CHECK(*(long *)q == 0);
        CHECK(munmap(q, (pages + 3) * K) == 0);
    }
    return NULL;
}

// One maps and unmaps a buffer again and again; the others let the kernel write to it: it works or it is EFAULT.
static void *tearer(void *argument)
{
    while (!stop) {
        mmap(shared, 16 * K, RW, ANON | MAP_FIXED, -1, 0);
        mprotect(shared, 8 * K, PROT_READ);
        munmap(shared + 4 * K, 8 * K);
        madvise(shared, 4 * K, MADV_DONTNEED);
    }
    return NULL;
}

static void *user(void *argument)
{
    int zero = open("/dev/zero", O_RDONLY);
    unsigned seed = (unsigned)(long)argument;
    for (int round = 0; round < rounds * 10; round++) {
        char *at = shared + next(&seed) % (16 * K);
        long n = read(zero, at, 5000);
        CHECK((n >= 0 && n <= 5000) || (n == -1 && errno == EFAULT));
        struct timespec *time = (struct timespec *)(shared + next(&seed) % 16 * K + 8);
        n = syscall(SYS_clock_getres, 1, time);
        CHECK(n == 0 || (n == -1 && errno == EFAULT));
        n = syscall(SYS_open, at, O_RDONLY);
        CHECK(n >= 0 || errno == EFAULT || errno == ENOENT || errno == ENAMETOOLONG);
        if (n >= 0) close(n);
    }
    close(zero);
    return NULL;
}

// What was written before a barrier is seen after it: Dekker's algorithm with the barrier on one side only.
static atomic_int left, right, sawRight, sawLeft, turn;
static void *quick(void *argument)
{
    for (int round = 1; round <= rounds * 3; round++) {
        while (atomic_load(&turn) != round) ;
        atomic_store_explicit(&left, round, memory_order_relaxed);
        atomic_signal_fence(memory_order_seq_cst);
        atomic_store(&sawRight, atomic_load_explicit(&right, memory_order_relaxed));
        while (atomic_load(&turn) == round) ;
    }
    return NULL;
}

static void barriers(void)
{
    pthread_t thread;
    syscall(SYS_membarrier, 16, 0, 0);
    pthread_create(&thread, NULL, quick, NULL);
    for (int round = 1; round <= rounds * 3; round++) {
        atomic_store(&sawRight, -1);
        atomic_store(&turn, round);
        atomic_store_explicit(&right, round, memory_order_relaxed);
        CHECK(syscall(SYS_membarrier, 8, 0, 0) == 0);
        int seen = atomic_load_explicit(&left, memory_order_relaxed);
        while (atomic_load(&sawRight) == -1) ;
        CHECK(seen == round || atomic_load(&sawRight) == round);
        atomic_store(&turn, 0);
    }
    atomic_store(&turn, -1);
    pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    if (argc > 1) rounds = atoi(argv[1]);
    shared = mmap(NULL, 16 * K, RW, ANON, -1, 0);
    for (long i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, owner, (void *)i) == 0);
    for (long i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    printf("owners %ld\n", failures);
    pthread_t one;
    CHECK(pthread_create(&one, NULL, tearer, NULL) == 0);
    for (long i = 0; i < THREADS - 1; i++) CHECK(pthread_create(&threads[i], NULL, user, (void *)(i + 1)) == 0);
    for (long i = 0; i < THREADS - 1; i++) pthread_join(threads[i], NULL);
    stop = 1;
    pthread_join(one, NULL);
    printf("users %ld\n", failures);
    barriers();
    printf("barriers %ld\n", failures);
    return failures != 0;
}
