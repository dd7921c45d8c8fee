// Reads clocks through the C library, and says whether they agree with the system calls: the same lines everywhere.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long nanoseconds(struct timespec t) { return t.tv_sec * 1000000000LL + t.tv_nsec; }

int main(int count, char **arguments)
{
    struct timespec a, b, c;
    if (count > 1 && !strcmp(arguments[1], "cost")) {
        // Under an emulator that counts instructions, one is a nanosecond.
        enum { Calls = 100000 };
        clock_gettime(CLOCK_MONOTONIC, &a);
        for (int i = 0; i < Calls; i++)
            clock_gettime(CLOCK_MONOTONIC, &b);
        printf("%lld\n", (nanoseconds(b) - nanoseconds(a)) / Calls);
        return 0;
    }

    unsigned char *vdso = (unsigned char *)getauxval(AT_SYSINFO_EHDR);
    printf("vdso: %s\n", vdso && !memcmp(vdso, "\177ELF", 4) ? "yes" : "no");
    int clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME, CLOCK_TAI, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID };
    for (unsigned i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        int r1 = syscall(SYS_clock_gettime, clocks[i], &a);
        int r2 = clock_gettime(clocks[i], &b);
        int r3 = syscall(SYS_clock_gettime, clocks[i], &c);
        printf("clock %d: %d %d %d, in order: %d, a clock: %d\n", clocks[i], r1, r2, r3,
            nanoseconds(a) <= nanoseconds(b) && nanoseconds(b) <= nanoseconds(c),
            nanoseconds(a) > 0 && nanoseconds(c) - nanoseconds(a) < 1000000000);
    }

    for (int clock = 0; clock < 14; clock++) {
        if (clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE || clock == 8 || clock == 9)
            continue; // the length of a tick; whether there is an alarm clock
        a = (struct timespec){ 7, 7 };
        int r = clock_getres(clock, &a);
        printf("resolution %d: %d %ld %ld %d\n", clock, r, a.tv_sec, a.tv_nsec, clock_getres(clock, 0));
    }

    struct timeval v;
    struct timezone zone = { 5, 5 };
    int r = gettimeofday(&v, &zone);
    clock_gettime(CLOCK_REALTIME, &a);
    time_t stored = 0, now = time(&stored);
    printf("gettimeofday: %d, zone %d %d, near: %d\n", r, zone.tz_minuteswest, zone.tz_dsttime, nanoseconds(a) - (v.tv_sec * 1000000000LL + v.tv_usec * 1000) < 1000000000);
    printf("time: stored %d, near: %d\n", stored == now, now >= v.tv_sec && now <= v.tv_sec + 1);

    printf("sched_getcpu: %d\n", sched_getcpu() >= 0 && sched_getcpu() < CPU_SETSIZE);
#ifdef __GLIBC__
    unsigned core = 7777, node = 7777;
    r = getcpu(&core, &node);
    printf("getcpu: %d %d %d %d\n", r, core < CPU_SETSIZE, node < 1024, getcpu(0, 0));
#endif
    return 0;
}
