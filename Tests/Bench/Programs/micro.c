// The costs of what programs do most, in thousandths of ticks of the time-stamp counter: with QEMU's -icount shift=0,
// one tick is one instruction. The same executable runs on Linux, as its first process, and in the libOS.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, CALLS = 1000, THREADS = 100, EXCHANGES = 1000, TURNS = 2000000, DETOUR = 100, PAGE = 4096 };

static sem_t ping, pong;
static char *fresh;

static unsigned long ticks(void)
{
    unsigned low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return low | (unsigned long)high << 32;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void say(const char *name, unsigned long total, unsigned long count)
{
    printf("%s %lu\n", name, total * 1000 / count);
    fflush(stdout);
}

static void get_pid(int count)
{
    for (int i = 0; i < count; i++)
        syscall(SYS_getpid);
}

static void read_clock(int count)
{
    struct timespec now;
    for (int i = 0; i < count; i++)
        clock_gettime(CLOCK_MONOTONIC, &now);
}

static void yield(int count)
{
    for (int i = 0; i < count; i++)
        sched_yield();
}

static void map(int count)
{
    for (int i = 0; i < count; i++)
    {
        void *page = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED || munmap(page, PAGE) != 0)
            fail("mmap");
    }
}

static void touch(int count)
{
    for (int i = 0; i < count; i++)
        fresh[(long)i * PAGE] = 1;
}

static void *nothing(void *argument) { return argument; }

static void create_and_join(int count)
{
    for (int i = 0; i < count; i++)
    {
        pthread_t thread;
        if (pthread_create(&thread, 0, nothing, 0) != 0 || pthread_join(thread, 0) != 0)
            fail("pthread_create");
    }
}

static void *answer(void *argument)
{
    for (int i = 0; i < EXCHANGES; i++)
    {
        sem_wait(&ping);
        sem_post(&pong);
    }
    return argument;
}

static void exchange(int count)
{
    for (int i = 0; i < count; i++)
    {
        sem_post(&ping);
        sem_wait(&pong);
    }
}

// The best of some rounds: what happens besides is not what is measured.
static void measure(const char *name, void (*run)(int), int count, void (*prepare)(void), void (*end)(void))
{
    unsigned long best = -1ul;
    for (int round = 0; round < ROUNDS; round++)
    {
        if (prepare)
            prepare();
        unsigned long start = ticks();
        run(count);
        unsigned long taken = ticks() - start;
        if (end)
            end();
        best = taken < best ? taken : best;
    }
    say(name, best, count);
}

static void map_fresh(void)
{
    // No larger pages than those that are counted.
    fresh = mmap(0, CALLS * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (fresh == MAP_FAILED || madvise(fresh, CALLS * PAGE, MADV_NOHUGEPAGE) != 0)
        fail("mmap");
}

static void unmap_fresh(void)
{
    if (munmap(fresh, CALLS * PAGE) != 0)
        fail("munmap");
}

static pthread_t partner;

static void start_partner(void)
{
    sem_init(&ping, 0, 0);
    sem_init(&pong, 0, 0);
    if (pthread_create(&partner, 0, answer, 0) != 0)
        fail("pthread_create");
}

static void join_partner(void) { pthread_join(partner, 0); }

// Ticks between the entry of the kernel and a reading of the counter. The monotonic clock is 0 at the entry; how many
// ticks its nanoseconds are, two readings tell.
static unsigned long since_entry(unsigned long then)
{
    unsigned long counter[2], nanoseconds[2];
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (int i = 0; i < 2; i++)
    {
        do
            counter[i] = ticks();
        while (i && counter[1] - counter[0] < 20000000);
        clock_gettime(CLOCK_MONOTONIC, &now);
        nanoseconds[i] = now.tv_sec * 1000000000ul + now.tv_nsec;
    }
    double rate = (double)(nanoseconds[1] - nanoseconds[0]) / (counter[1] - counter[0]);
    return then - (counter[1] - nanoseconds[1] / rate);
}

// A loop that does nothing but look at the counter: each gap is time that somebody else took.
static unsigned long detours(void)
{
    unsigned long found = 0, last = ticks();
    for (int i = 0; i < TURNS; i++)
    {
        unsigned long now = ticks();
        found += now - last > DETOUR;
        last = now;
    }
    return found;
}

// The first process of Linux says by itself how it ended, and turns the machine off.
static void end(void)
{
    if (getpid() != 1)
        exit(0);
    struct termios terminal;
    if (tcgetattr(1, &terminal) == 0)
    {
        terminal.c_oflag &= ~OPOST;
        tcsetattr(1, TCSANOW, &terminal);
    }
    printf("\036azalea: exit 0\n");
    fflush(stdout);
    tcdrain(1);
    reboot(RB_POWER_OFF);
    exit(0);
}

int main(void)
{
    unsigned long start = ticks();
    say("entry-to-main", since_entry(start), 1);
    say("noise", detours(), 1);
    measure("getpid", get_pid, CALLS, 0, 0);
    measure("clock_gettime", read_clock, CALLS, 0, 0);
    measure("sched_yield", yield, CALLS, 0, 0);
    measure("mmap-munmap", map, CALLS, 0, 0);
    measure("first-touch", touch, CALLS, map_fresh, unmap_fresh);
    measure("create-join", create_and_join, THREADS, 0, 0);
    measure("ping-pong", exchange, EXCHANGES, start_partner, join_partner);
    end();
}
