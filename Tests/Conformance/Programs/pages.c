// What memory costs in instructions (time-stamp ticks under --icount): "cost", and how many pages a touch faults in: "resident".
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define K 4096L
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define COUNT 256

static unsigned long now(void)
{
    unsigned low, high;
    __asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) :: "memory");
    return (unsigned long)high << 32 | low;
}

static char *map(long bytes, int flags)
{
    long result;
    register long r10 __asm__("r10") = ANON | flags, r8 __asm__("r8") = -1, r9 __asm__("r9") = 0;
    __asm__ volatile("syscall" : "=a"(result) : "0"(SYS_mmap), "D"(0L), "S"(bytes), "d"((long)RW), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
    return (char *)result;
}

static void unmap(void *at, long bytes)
{
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "0"(SYS_munmap), "D"(at), "S"(bytes) : "rcx", "r11", "memory");
}

int main(void)
{
    unsigned long start = now();
    for (int i = 0; i < COUNT; i++) __asm__ volatile("" ::: "memory");
    unsigned long loop = now() - start;

    unmap(map(K, 0), K);
    start = now();
    for (int i = 0; i < COUNT; i++) unmap(map(K, 0), K);
    printf("map %lu\n", (now() - start - loop) / COUNT);

    start = now();
    char *some = map(COUNT * K, 0);
    for (int i = 0; i < COUNT; i++) some[i * K] = 1;
    printf("touch %lu\n", (now() - start - loop) / COUNT);

    char *lazy = map(COUNT * K, MAP_NORESERVE);
    madvise(lazy, COUNT * K, MADV_NOHUGEPAGE);
    lazy[0] = 1;
    start = now();
    for (int i = 1; i < COUNT; i++) lazy[i * K] = 1;
    printf("fault %lu\n", (now() - start - loop) / (COUNT - 1));

    // A page that has its frame: one store, and the loop.
    start = now();
    for (int i = 0; i < COUNT; i++) some[i * K] = 2;
    printf("store %lu\n", (now() - start - loop) / COUNT);
    return 0;
}
