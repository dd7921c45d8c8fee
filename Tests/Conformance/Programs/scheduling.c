// Where threads run, in which order, and that none is left out; ends while some still spin.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static _Atomic int stop, turns, ended, moves;
static volatile double sums[8];

static void say(const char *what, long result)
{
    printf("%s %ld\n", what, result);
    fflush(stdout);
}

static long result(long value) { return value < 0 ? -errno : value; }

// Keeps values in vector registers all the time: what is lost at a switch shows.
static void *spin(void *argument)
{
    long n = (long)argument;
    double a = n, b = 1;
    atomic_fetch_add(&turns, 1);
    while (!atomic_load_explicit(&stop, memory_order_relaxed))
    {
        a += 1;
        b += 2;
        if (b != 1 + 2 * (a - n))
            abort();
    }
    sums[n] = a;
    atomic_fetch_add(&ended, 1);
    return 0;
}

static void *wander(void *argument)
{
    cpu_set_t all, one;
    sched_getaffinity(0, sizeof all, &all);
    for (int round = 0; round < 50; round++)
    {
        for (int core = 0; core < CPU_SETSIZE; core++)
        {
            if (!CPU_ISSET(core, &all))
                continue;
            CPU_ZERO(&one);
            CPU_SET(core, &one);
            if (sched_setaffinity(0, sizeof one, &one) || sched_getcpu() != core)
                abort();
            atomic_fetch_add(&moves, 1);
        }
    }
    return 0;
}

static void *forever(void *argument)
{
    for (;;)
        sums[(long)argument] += 1;
}

int main(void)
{
    pthread_t threads[8];
    for (long i = 0; i < 5; i++)
        pthread_create(&threads[i], 0, spin, (void *)i);
    struct timespec nap = { 0, 60000000 };
    nanosleep(&nap, 0);

    // All others spin meanwhile. An emulated core may itself wait long for its turn.
    for (int i = 0; i < 500 && atomic_load(&turns) < 5; i++)
        nanosleep(&nap, 0);
    say("turns while others spin", turns);
    atomic_store(&stop, 1);
    for (int i = 0; i < 5; i++)
        pthread_join(threads[i], 0);
    say("all had a turn", ended == 5 && sums[0] > 0 && sums[1] > 1 && sums[2] > 2 && sums[3] > 3 && sums[4] > 4);

    cpu_set_t all, set;
    say("mask", syscall(SYS_sched_getaffinity, 0, sizeof all, &all) > 0);
    CPU_ZERO(&all);
    sched_getaffinity(0, sizeof all, &all);
    say("cores", CPU_COUNT(&all) == sysconf(_SC_NPROCESSORS_ONLN));
    pthread_create(&threads[0], 0, wander, 0);
    pthread_create(&threads[1], 0, wander, 0);
    pthread_join(threads[0], 0);
    pthread_join(threads[1], 0);
    say("moves", moves == 100 * CPU_COUNT(&all));
    say("too small", result(syscall(SYS_sched_getaffinity, 0, 4, &set)));
    say("odd size", result(syscall(SYS_sched_getaffinity, 0, 13, &set)));
    CPU_ZERO(&set);
    say("no core", result(sched_setaffinity(0, sizeof set, &set)));
    say("no thread", result(sched_setaffinity(30000, sizeof all, &all)));
    say("no thread", result(sched_getaffinity(30000, sizeof set, &set)));

    struct sched_param parameters = { 0 };
    say("policy", result(sched_getscheduler(0)));
    say("parameters", result(sched_getparam(0, &parameters)));
    say("priority", parameters.sched_priority);
    parameters.sched_priority = 5;
    say("fifo", result(sched_setscheduler(0, SCHED_FIFO, &parameters)));
    say("policy", result(sched_getscheduler(0)));
    say("other with a priority", result(sched_setscheduler(0, SCHED_OTHER, &parameters)));
    parameters.sched_priority = 100;
    say("too high", result(sched_setscheduler(0, SCHED_RR, &parameters)));
    parameters.sched_priority = 0;
    say("too low", result(sched_setparam(0, &parameters)));
    say("unknown", result(sched_setscheduler(0, 42, &parameters)));
    say("negative", result(syscall(SYS_sched_setscheduler, 0, -1, &parameters)));
    say("negative thread", result(syscall(SYS_sched_getscheduler, -1)));
    say("other", result(sched_setscheduler(0, SCHED_OTHER, &parameters)));
    for (int policy = -1; policy < 8; policy++)
    {
        say("max", result(sched_get_priority_max(policy)));
        say("min", result(sched_get_priority_min(policy)));
    }
    errno = 0;
    say("nice", getpriority(PRIO_PROCESS, 0));
    say("set nice", result(setpriority(PRIO_PROCESS, 0, 3)));
    say("nice", getpriority(PRIO_PROCESS, 0));
    say("far too nice", result(setpriority(PRIO_PROCESS, 0, 99)));
    say("nice", getpriority(PRIO_PROCESS, 0));
    say("not nice", result(setpriority(PRIO_PROCESS, 0, 0)));
    say("unknown", result(setpriority(7, 0, 0)));
    say("nobody", result(setpriority(PRIO_PROCESS, 30000, 0)));

    say("clone without a table", result(syscall(SYS_clone, 0x10000, 0, 0, 0, 0)));
    say("clone without memory", result(syscall(SYS_clone, 0x800, 0, 0, 0, 0)));
    char arguments[256] = { 0 };
    say("clone3 too small", result(syscall(SYS_clone3, arguments, 63)));
    say("clone3 far too large", result(syscall(SYS_clone3, arguments, 4097)));
    arguments[200] = 1;
    say("clone3 of the future", result(syscall(SYS_clone3, arguments, 256)));
    arguments[0] = 1;
    say("clone3 with a signal in its flags", result(syscall(SYS_clone3, arguments, 64)));
    say("clone3 from nowhere", result(syscall(SYS_clone3, (void *)8, 64)));

    for (long i = 0; i < 6; i++)
        pthread_create(&threads[i], 0, forever, (void *)i);
    for (int i = 0; i < 100; i++)
        sched_yield();
    say("over", 0);
    _exit(5);
}
