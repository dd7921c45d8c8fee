// Clocks, sleeping and what was used, as results, error numbers and comparisons: the same lines everywhere.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#define SAY(what) do { errno = 0; long r_ = (what); printf("%s = %ld %s\n", #what, r_, r_ < 0 ? strerror(errno) : ""); } while (0)

static long long nanoseconds(struct timespec t) { return t.tv_sec * 1000000000LL + t.tv_nsec; }
static long long now(int clock) { struct timespec t; clock_gettime(clock, &t); return nanoseconds(t); }
static void spin(long long time) { long long end = now(CLOCK_MONOTONIC) + time; while (now(CLOCK_MONOTONIC) < end); }
static void nothing(int signal) { }
static volatile int stop;
static void *spinner(void *argument) { while (!stop); return 0; }
static pthread_barrier_t barrier;
static void *waiter(void *argument) { pthread_barrier_wait(&barrier); pthread_barrier_wait(&barrier); return 0; }

static void sleeping(void)
{
    struct timespec t = { 0, 20000000 }, left = { 7, 7 }, wrong = { 0, 1000000000 }, negative = { -1, 0 }, past = { 0, 1 };
    long long before = now(CLOCK_MONOTONIC);
    SAY(nanosleep(&t, &left));
    printf("slept %d, left %ld %ld\n", now(CLOCK_MONOTONIC) - before >= 20000000, left.tv_sec, left.tv_nsec);
    SAY(nanosleep(&wrong, 0));
    SAY(nanosleep(&negative, 0));
    SAY(syscall(SYS_nanosleep, 8, 0));
    for (int clock = 0; clock < 13; clock++) {
        if (clock == 2 || clock == 8 || clock == 9)
            continue;
        printf("by clock %d: %d %d %d\n", clock, clock_nanosleep(clock, 0, &past, 0), clock_nanosleep(clock, TIMER_ABSTIME, &past, 0),
            clock_nanosleep(clock, 0, &wrong, 0));
    }
    before = now(CLOCK_REALTIME);
    struct timespec until = { (before + 15000000) / 1000000000, (before + 15000000) % 1000000000 };
    printf("until: %d", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, 0));
    printf(", reached %d\n", now(CLOCK_REALTIME) >= nanoseconds(until));

    struct sigaction action = { .sa_handler = nothing };
    sigaction(SIGALRM, &action, 0);
    struct itimerval timer = { { 0, 0 }, { 0, 20000 } };
    struct timespec minute = { 60, 0 };
    setitimer(ITIMER_REAL, &timer, 0);
    errno = 0;
    int r = nanosleep(&minute, &left);
    printf("interrupted: %d %d, left %d\n", r, errno, left.tv_sec == 59);
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, 0);
    setitimer(ITIMER_REAL, &timer, 0);
    printf("interrupted with SA_RESTART: %d\n", clock_nanosleep(CLOCK_MONOTONIC, 0, &minute, &left));
    left = (struct timespec){ 7, 7 };
    setitimer(ITIMER_REAL, &timer, 0);
    minute.tv_sec = now(CLOCK_MONOTONIC) / 1000000000 + 60;
    printf("interrupted, absolute: %d, left %ld\n", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &minute, &left), left.tv_sec);

    pthread_t thread;
    pthread_create(&thread, 0, spinner, 0);
    before = now(CLOCK_PROCESS_CPUTIME_ID);
    SAY(clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &t, 0));
    printf("used: %d\n", now(CLOCK_PROCESS_CPUTIME_ID) - before >= 20000000);
    stop = 1;
    pthread_join(thread, 0);
}

static void processorTime(void)
{
    clockid_t own, process, other;
    pthread_t thread;
    pthread_barrier_init(&barrier, 0, 2);
    pthread_create(&thread, 0, waiter, 0);
    pthread_barrier_wait(&barrier);
    printf("ids: %d %d %d\n", pthread_getcpuclockid(pthread_self(), &own), clock_getcpuclockid(0, &process), pthread_getcpuclockid(thread, &other));
    struct timespec t;
    SAY(clock_gettime(own, &t));
    SAY(clock_gettime(process, &t));
    SAY(clock_gettime(other, &t));
    SAY(clock_getres(other, &t));
    SAY(clock_settime(other, &t));
    SAY(clock_settime(CLOCK_PROCESS_CPUTIME_ID, &t));
    long long mine = now(CLOCK_THREAD_CPUTIME_ID), all = now(CLOCK_PROCESS_CPUTIME_ID), idle = now(other);
    spin(30000000);
    long long mine2 = now(CLOCK_THREAD_CPUTIME_ID), all2 = now(CLOCK_PROCESS_CPUTIME_ID);
    printf("grown: %d %d, not the other: %d, thread within process: %d\n", mine2 > mine, all2 > all, now(other) - idle < 15000000, mine2 <= all2);
    struct timespec nap = { 0, 30000000 };
    mine = now(CLOCK_THREAD_CPUTIME_ID);
    nanosleep(&nap, 0);
    printf("sleep costs nothing: %d\n", now(CLOCK_THREAD_CPUTIME_ID) - mine < 15000000);
    pthread_barrier_wait(&barrier);
    pthread_join(thread, 0);
    // Who joins is woken a little before the thread is gone, on Linux too.
    for (int i = 0; i < 1000 && clock_gettime(other, &t) == 0; i++)
        nanosleep(&(struct timespec){ 0, 1000000 }, 0);
    SAY(clock_gettime(other, &t));
    SAY(clock_gettime(-1, &t));
    SAY(clock_gettime((~99999u << 3) | 6, &t));
    SAY(clock_gettime((~99999u << 3) | 2, &t));
    SAY(clock_nanosleep(own, 0, &nap, 0));
}

static void usage(void)
{
    struct rusage self, thread, children;
    SAY(getrusage(RUSAGE_SELF, &self));
    SAY(getrusage(RUSAGE_THREAD, &thread));
    SAY(getrusage(RUSAGE_CHILDREN, &children));
    SAY(getrusage(2, &self));
    SAY(syscall(SYS_getrusage, RUSAGE_SELF, 8));
    printf("self %d, resident %d, waits %d, children %ld %ld\n", self.ru_utime.tv_sec * 1000000 + self.ru_utime.tv_usec + self.ru_stime.tv_usec > 10000,
        self.ru_maxrss > 0, self.ru_nvcsw > 0, children.ru_utime.tv_sec, children.ru_maxrss);
    struct tms spent;
    clock_t a = times(&spent);
    struct timespec nap = { 0, 50000000 };
    nanosleep(&nap, 0);
    clock_t passed = times(0) - a;
    printf("times: %d %d %ld\n", passed >= 4 && passed < 100, spent.tms_utime + spent.tms_stime > 0, spent.tms_cutime);
    printf("clock: %d\n", clock() > 0);
}

static void setting(void)
{
    struct timespec t = { 5, 5 }, wrong = { 5, 1000000000 }, negative = { -5, 5 };
    struct timeval v = { 5, 1000001 };
    SAY(clock_settime(CLOCK_MONOTONIC, &t));
    SAY(clock_settime(CLOCK_BOOTTIME, &t));
    SAY(clock_settime(CLOCK_TAI, &t));
    SAY(clock_settime(CLOCK_REALTIME_COARSE, &t));
    SAY(clock_settime(77, &t));
    SAY(clock_settime(CLOCK_REALTIME, &wrong));
    SAY(clock_settime(CLOCK_REALTIME, &negative));
    SAY(syscall(SYS_clock_settime, CLOCK_REALTIME, 8));
    SAY(syscall(SYS_settimeofday, &v, 0));
    SAY(syscall(SYS_settimeofday, 8, 0));
    SAY(syscall(SYS_gettimeofday, 8, 0));
    SAY(syscall(SYS_clock_adjtime, 1, &t));
    SAY(syscall(SYS_clock_adjtime, 77, &t));
    SAY(syscall(SYS_adjtimex, 8));
}

static void control(void)
{
    int value = 77;
    char name[16];
    SAY(prctl(PR_SET_PDEATHSIG, 65));
    SAY(prctl(PR_SET_PDEATHSIG, 10));
    SAY(prctl(PR_GET_PDEATHSIG, &value));
    printf("signal %d\n", value);
    SAY(prctl(PR_SET_DUMPABLE, 2));
    SAY(prctl(PR_SET_DUMPABLE, 0));
    SAY(prctl(PR_GET_DUMPABLE));
    SAY(prctl(PR_GET_KEEPCAPS));
    SAY(prctl(PR_GET_TIMING));
    SAY(prctl(PR_GET_SECCOMP));
    SAY(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    SAY(prctl(PR_SET_NO_NEW_PRIVS, 2, 0, 0, 0));
    SAY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    SAY(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    SAY(prctl(PR_CAPBSET_READ, 77));
    SAY(prctl(PR_SET_NAME, "a name that is too long"));
    SAY(prctl(PR_GET_NAME, name));
    printf("%s\n", name);
    SAY(prctl(9999));
    SAY(syscall(SYS_setsid));
    SAY(syscall(SYS_setpgid, -5, 0));
    SAY(syscall(SYS_setpgid, 0, -5));
}

int main(void)
{
    setting();
    sleeping();
    processorTime();
    usage();
    control();
    return 0;
}
