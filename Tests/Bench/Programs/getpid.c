// getpid() of the C library from a compiled loop, in thousandths of ticks of the time-stamp counter for a call: with QEMU's
// -icount shift=0, one tick is one instruction. What a loop without a call takes is taken off.
#include <stdio.h>
#include <unistd.h>

enum { ROUNDS = 20, CALLS = 10000 };

static unsigned long ticks(void)
{
    unsigned low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return low | (unsigned long)high << 32;
}

static unsigned long empty(void)
{
    unsigned long start = ticks();
    for (int i = 0; i < CALLS; i++)
        __asm__ volatile("");
    return ticks() - start;
}

static unsigned long calls(void)
{
    unsigned long start = ticks();
    for (int i = 0; i < CALLS; i++)
        getpid();
    return ticks() - start;
}

static unsigned long best(unsigned long (*loop)(void))
{
    unsigned long least = -1ul;
    for (int i = 0; i < ROUNDS; i++)
    {
        unsigned long taken = loop();
        least = taken < least ? taken : least;
    }

    return least;
}

int main(void)
{
    unsigned long loop = best(empty);
    printf(NAME " %lu\n", (best(calls) - loop) * 1000 / CALLS);
    return 0;
}
