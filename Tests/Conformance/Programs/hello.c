// The smallest program. With an argument: how many instructions lie between the kernel's entry and main (ticks of the counter under --icount).
#include <stdio.h>
#include <time.h>

static unsigned long now(void)
{
    unsigned low, high;
    __asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) :: "memory");
    return (unsigned long)high << 32 | low;
}

int main(int count, char **arguments)
{
    unsigned long start = now();
    if (count < 2) return puts("hello") < 0;

    // The monotonic clock is 0 at the entry, and its rate was measured, not too well: two readings tell what it is.
    unsigned long counter[2], time[2];
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    for (int i = 0; i < 2; i++) {
        do counter[i] = now(); while (i && counter[1] - counter[0] < 20000000);
        clock_gettime(CLOCK_MONOTONIC, &at);
        time[i] = at.tv_sec * 1000000000UL + at.tv_nsec;
    }
    double rate = (double)(time[1] - time[0]) / (counter[1] - counter[0]);
    printf("%.0f\n", start - (counter[1] - time[1] / rate));
    return 0;
}
