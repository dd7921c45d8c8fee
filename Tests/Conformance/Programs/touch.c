// Touches every kind of memory for the first time, and says how many page faults that took.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define MIB (1L << 20)

static long faults(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return usage.ru_minflt + usage.ru_majflt;
}

static void fill(void *at, long bytes)
{
    for (long i = 0; i < bytes; i += 4096) ((volatile char *)at)[i] = 1;
}

static __attribute__((noinline)) void stack(void)
{
    char room[3 * MIB];
    fill(room, sizeof room);
}

static long before;

static void report(const char *what)
{
    long now = faults(RUSAGE_SELF);
    printf("%s %ld\n", what, now - before);
    before = faults(RUSAGE_SELF);
}

static void *thread(void *of)
{
    stack();
    for (int i = 0; i < 100; i++) {
        char *block = malloc(50000);
        fill(block, 50000);
    }
    *(long *)of = faults(RUSAGE_THREAD);
    return 0;
}

int main(void)
{
    setvbuf(stdout, malloc(4096), _IOFBF, 4096);
    before = faults(RUSAGE_SELF);
    printf("start %ld\n", before);
    for (int i = 0; i < 100; i++) fill(malloc(50000), 50000);
    report("malloc");
    fill(malloc(5 * MIB), 5 * MIB);
    report("large");
    fill(mmap(0, 3 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 3 * MIB);
    report("mmap");
    fill(mmap(0, 300000, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), 300000);
    report("shared");
    fill(sbrk(MIB), MIB);
    report("brk");
    stack();
    report("stack");
    pthread_t id;
    long own;
    pthread_create(&id, 0, thread, &own);
    pthread_join(id, 0);
    report("thread");
    printf("own %ld\n", own);
    return 0;
}
