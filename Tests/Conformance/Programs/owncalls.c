// The calls that AzaleaOS has and Linux has not: semaphores, ticks, priorities. Every group prints a line; each wrong result one more.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { SYS_sem_init = 0x1000, SYS_sem_destroy, SYS_sem_wait, SYS_sem_post, SYS_sem_timedwait, SYS_sem_cancelablewait, SYS_get_ticks, SYS_msleep, SYS_getprio, SYS_setprio, SYS_yield };

#define FOREVER 0xffffffffUL
#define LARGEST 0x7fffffffU

static int failures;

static long call(long number, long first, long second)
{
    long result = syscall(number, first, second);
    return result < 0 ? -errno : result;
}

#define CALL1(number, first) call(number, (long)(first), 0)
#define CALL2(number, first, second) call(number, (long)(first), (long)(second))

static void check(const char *what, long result, long expected)
{
    if (result == expected)
        return;
    printf("%s: %ld, not %ld\n", what, result, expected);
    __atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST);
}

static void that(const char *what, int is_so)
{
    check(what, is_so != 0, 1);
}

static long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static uint32_t counted(const volatile uint32_t *sem)
{
    return *sem & LARGEST;
}

static volatile int handled;
static uint32_t *posted_by_handler;

static void handle(int signal)
{
    handled++;
    if (posted_by_handler)
        CALL1(SYS_sem_post, posted_by_handler);
}

static void install(int signal, void (*handler)(int), int flags)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
    sigaction(signal, &action, NULL);
}

static void every(long microseconds)
{
    struct itimerval timer = { { 0, microseconds }, { 0, microseconds } };
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void counts(void)
{
    uint32_t sem = 0;
    check("init", CALL2(SYS_sem_init, &sem, 3), 0);
    for (int i = 0; i < 3; i++)
        check("wait", CALL1(SYS_sem_wait, &sem), 0);
    check("none left", CALL2(SYS_sem_timedwait, &sem, 0), -ETIMEDOUT);
    check("none left", CALL2(SYS_sem_cancelablewait, &sem, 0), -ETIMEDOUT);
    check("post", CALL1(SYS_sem_post, &sem), 0);
    check("timed", CALL2(SYS_sem_timedwait, &sem, 0), 0);
    check("post", CALL1(SYS_sem_post, &sem), 0);
    check("cancelable", CALL2(SYS_sem_cancelablewait, &sem, FOREVER), 0);
    check("most", CALL2(SYS_sem_init, &sem, LARGEST), 0);
    check("overflow", CALL1(SYS_sem_post, &sem), -EOVERFLOW);
    check("count", counted(&sem), LARGEST);
    check("too many", CALL2(SYS_sem_init, &sem, LARGEST + 1U), -EINVAL);
    check("again", CALL2(SYS_sem_init, &sem, 0), 0);
    check("count", counted(&sem), 0);
    check("destroy", CALL1(SYS_sem_destroy, &sem), 0);
    puts("counts");
}

static void each_wrong(const char *what, void *address, long expected)
{
    check(what, CALL1(SYS_sem_wait, address), expected);
    check(what, CALL1(SYS_sem_post, address), expected);
    check(what, CALL2(SYS_sem_timedwait, address, 10), expected);
    check(what, CALL2(SYS_sem_cancelablewait, address, 10), expected);
    check(what, CALL1(SYS_sem_destroy, address), expected);
}

static void misuse(void)
{
    uint32_t sem[2] = { 0, 0 };
    each_wrong("never initialised", sem, -EINVAL);
    CALL2(SYS_sem_init, sem, 1);
    check("destroy", CALL1(SYS_sem_destroy, sem), 0);
    each_wrong("destroyed", sem, -EINVAL);
    void *odd = (char *)sem + 2;
    each_wrong("odd", odd, -EINVAL);
    check("odd", CALL2(SYS_sem_init, odd, 1), -EINVAL);

    void *wrong[] = { NULL, (void *)0xffffffff80000000UL, (void *)0x00007ffffffffffcUL, (void *)0x7000000000000000UL, mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) };
    munmap(wrong[4], 4096);
    for (int i = 0; i < 5; i++)
    {
        each_wrong("no memory", wrong[i], -EFAULT);
        check("no memory", CALL2(SYS_sem_init, wrong[i], 1), -EFAULT);
    }

    uint32_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CALL2(SYS_sem_init, page, 1);
    mprotect(page, 4096, PROT_READ);
    each_wrong("read only", page, -EFAULT);
    check("read only", CALL2(SYS_sem_init, page, 1), -EFAULT);
    mprotect(page, 4096, PROT_NONE);
    each_wrong("inaccessible", page, -EFAULT);
    munmap(page, 4096);
    for (long number = SYS_yield + 1; number < 0x1200; number++)
        check("unknown number", CALL1(number, 0), -ENOSYS);
    check("unknown number", CALL1(SYS_sem_init - 1, 0), -ENOSYS);
    puts("misuse");
}

static void timeouts(void)
{
    uint32_t sem;
    CALL2(SYS_sem_init, &sem, 0);
    for (int number = SYS_sem_timedwait; number <= SYS_sem_cancelablewait; number++)
    {
        long start = now();
        check("timeout", CALL2(number, &sem, 40), -ETIMEDOUT);
        that("not too early", now() - start >= 40000000);
        start = now();
        check("point in time", CALL2(number, &sem, (start + 30000000) | 1L << 63), -ETIMEDOUT);
        that("not too early", now() - start >= 30000000);
        check("past", CALL2(number, &sem, 1L << 63), -ETIMEDOUT);
    }

    // Handlers run and do not make the time longer or shorter.
    install(SIGALRM, handle, 0);
    handled = 0;
    every(3000);
    long start = now();
    check("timeout with handlers", CALL2(SYS_sem_timedwait, &sem, 100), -ETIMEDOUT);
    that("not too early", now() - start >= 100000000);
    that("handlers ran", handled > 1);
    every(0);
    CALL1(SYS_sem_destroy, &sem);
    puts("timeouts");
}

static uint32_t shared_sem;
static int waiting;
static long result_of_wait;
static unsigned long time_of_wait = FOREVER;

static void *wait_for(void *number)
{
    __atomic_store_n(&waiting, (int)gettid(), __ATOMIC_SEQ_CST);
    result_of_wait = CALL2((long)number, &shared_sem, time_of_wait);
    __atomic_store_n(&waiting, 0, __ATOMIC_SEQ_CST);
    return NULL;
}

// Until a thread sleeps in the kernel, as its state in /proc says.
static void until_asleep(int id)
{
    char path[64], text[256];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", id);
    while (1)
    {
        FILE *file = fopen(path, "r");
        char *end = file && fgets(text, sizeof text, file) ? strrchr(text, ')') : NULL;
        if (file)
            fclose(file);
        if (end && end[2] == 'S')
            return;
        CALL1(SYS_msleep, 1);
    }
}

static pthread_t begin(long number)
{
    pthread_t thread;
    waiting = 0;
    pthread_create(&thread, NULL, wait_for, (void *)number);
    while (!__atomic_load_n(&waiting, __ATOMIC_SEQ_CST))
        CALL1(SYS_yield, 0);
    until_asleep(waiting);
    return thread;
}

static void cancellation(void)
{
    CALL2(SYS_sem_init, &shared_sem, 0);
    for (int flags = 0; flags <= SA_RESTART; flags += SA_RESTART)
    {
        install(SIGUSR1, handle, flags);
        for (int number = SYS_sem_wait; number <= SYS_sem_timedwait; number += SYS_sem_timedwait - SYS_sem_wait)
        {
            pthread_t thread = begin(number);
            handled = 0;
            for (int i = 0; i < 3; i++)
            {
                pthread_kill(thread, SIGUSR1);
                while (handled <= i)
                    CALL1(SYS_msleep, 1);
            }
            that("still waits", waiting);
            check("destroy", CALL1(SYS_sem_destroy, &shared_sem), -EBUSY);
            check("init", CALL2(SYS_sem_init, &shared_sem, 5), -EBUSY);
            check("futex", syscall(SYS_futex, &shared_sem, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0), 0);
            check("futex", syscall(SYS_futex, &shared_sem, FUTEX_WAKE, 10, NULL, NULL, 0), 0);
            that("still waits", waiting);
            CALL1(SYS_sem_post, &shared_sem);
            pthread_join(thread, NULL);
            check("goes on behind a handler", result_of_wait, 0);
        }
        pthread_t thread = begin(SYS_sem_cancelablewait);
        pthread_kill(thread, SIGUSR1);
        pthread_join(thread, NULL);
        check("ends with a handler", result_of_wait, -EINTR);
        check("nobody waits", CALL2(SYS_sem_timedwait, &shared_sem, 0), -ETIMEDOUT);
    }

    // A signal without a handler ends nothing.
    install(SIGUSR1, SIG_IGN, 0);
    pthread_t thread = begin(SYS_sem_cancelablewait);
    for (int i = 0; i < 5; i++)
        pthread_kill(thread, SIGUSR1), CALL1(SYS_msleep, 2);
    that("still waits", waiting);
    CALL1(SYS_sem_post, &shared_sem);
    pthread_join(thread, NULL);
    check("not ended by an ignored signal", result_of_wait, 0);

    // A handler posts what its own thread waits for.
    install(SIGUSR1, handle, 0);
    posted_by_handler = &shared_sem;
    thread = begin(SYS_sem_wait);
    pthread_kill(thread, SIGUSR1);
    pthread_join(thread, NULL);
    check("posted by its handler", result_of_wait, 0);
    posted_by_handler = NULL;

    // A wait that was ended leaves nothing behind.
    thread = begin(SYS_sem_cancelablewait);
    pthread_kill(thread, SIGUSR1);
    pthread_join(thread, NULL);
    check("destroy", CALL1(SYS_sem_destroy, &shared_sem), 0);
    puts("cancellation");
}

static int order[6], arrived;

static void *in_line(void *argument)
{
    long number = (long)argument;
    long priorities[] = { 10, 30, 20, 30, 0, 0 };
    check("setprio", CALL2(SYS_setprio, 0, priorities[number]), 0);
    __atomic_store_n(&waiting, (int)gettid(), __ATOMIC_SEQ_CST);
    check("wait", CALL1(SYS_sem_wait, &shared_sem), 0);
    order[__atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST)] = number;
    return NULL;
}

static void turns(void)
{
    pthread_t threads[6];
    CALL2(SYS_sem_init, &shared_sem, 0);
    for (long i = 0; i < 6; i++)
    {
        waiting = 0;
        pthread_create(&threads[i], NULL, in_line, (void *)i);
        while (!__atomic_load_n(&waiting, __ATOMIC_SEQ_CST))
            CALL1(SYS_yield, 0);
        until_asleep(waiting);
    }
    for (int i = 0; i < 6; i++)
    {
        CALL1(SYS_sem_post, &shared_sem);
        while (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) <= i)
            CALL1(SYS_msleep, 1);
    }
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], NULL);
    printf("turns %d %d %d %d %d %d\n", order[0], order[1], order[2], order[3], order[4], order[5]);
    CALL1(SYS_sem_destroy, &shared_sem);
}

enum { PAIRS = 6, ITEMS = 1500 };

static uint32_t items, room;
static int taken, missed;

static int try_here(uint32_t *sem)
{
    uint32_t word = __atomic_load_n(sem, __ATOMIC_SEQ_CST);
    return (word & LARGEST) != 0 && __atomic_compare_exchange_n(sem, &word, word - 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static void take(uint32_t *sem, unsigned kind)
{
    long result;
    do
    {
        result = kind == 0 ? CALL1(SYS_sem_wait, sem)
            : kind == 1 ? CALL2(SYS_sem_timedwait, sem, 1)
            : kind == 2 ? CALL2(SYS_sem_cancelablewait, sem, 2)
            : try_here(sem) ? 0 : CALL1(SYS_sem_wait, sem);
        if (result != 0)
            __atomic_add_fetch(&missed, 1, __ATOMIC_SEQ_CST);
        if (result != 0 && result != -ETIMEDOUT && result != -EINTR)
            check("take", result, 0);
    } while (result != 0);
}

static void *produce(void *seed)
{
    for (unsigned i = 0; i < ITEMS; i++)
    {
        take(&room, (i + (unsigned)(long)seed) % 4);
        check("post", CALL1(SYS_sem_post, &items), 0);
    }
    return NULL;
}

static void *consume(void *seed)
{
    for (unsigned i = 0; i < ITEMS; i++)
    {
        take(&items, (i + (unsigned)(long)seed) % 4);
        __atomic_add_fetch(&taken, 1, __ATOMIC_SEQ_CST);
        check("post", CALL1(SYS_sem_post, &room), 0);
    }
    return NULL;
}

static void many_threads(void)
{
    pthread_t threads[2 * PAIRS];
    CALL2(SYS_sem_init, &items, 0);
    CALL2(SYS_sem_init, &room, 5);
    install(SIGUSR1, handle, 0);
    for (long i = 0; i < PAIRS; i++)
    {
        pthread_create(&threads[2 * i], NULL, produce, (void *)i);
        pthread_create(&threads[2 * i + 1], NULL, consume, (void *)(i + 2));
    }
    for (int i = 0; __atomic_load_n(&taken, __ATOMIC_SEQ_CST) < PAIRS * ITEMS / 2; i++)
    {
        pthread_kill(threads[i % (2 * PAIRS)], SIGUSR1);
        CALL1(SYS_msleep, 1);
    }
    for (int i = 0; i < 2 * PAIRS; i++)
        pthread_join(threads[i], NULL);
    check("taken", taken, PAIRS * ITEMS);
    check("items", counted(&items), 0);
    check("room", counted(&room), 5);
    check("destroy", CALL1(SYS_sem_destroy, &items), 0);
    check("destroy", CALL1(SYS_sem_destroy, &room), 0);
    puts("many threads");
}

static void times(void)
{
    long start = now(), ticks = CALL1(SYS_get_ticks, 0);
    that("ticks are those of the clock", ticks >= start / 10000000 - 1);
    check("msleep", CALL1(SYS_msleep, 120), 0);
    that("not too early", now() - start >= 120000000);
    long later = CALL1(SYS_get_ticks, 0);
    that("ticks go on", later - ticks >= 11 && later <= now() / 10000000 + 1);
    check("msleep 0", CALL1(SYS_msleep, 0), 0);
    for (int i = 0; i < 1000; i++)
    {
        long next = CALL1(SYS_get_ticks, 0);
        that("never back", next >= later);
        later = next;
    }

    install(SIGALRM, handle, SA_RESTART);
    handled = 0;
    every(20000);
    check("msleep with a handler", CALL1(SYS_msleep, 10000), -EINTR);
    that("handler ran", handled > 0);
    install(SIGALRM, SIG_IGN, 0);
    start = now();
    check("msleep with a signal that is ignored", CALL1(SYS_msleep, 60), 0);
    that("not too early", now() - start >= 60000000);
    every(0);
    puts("times");
}


static void priorities(void)
{
    struct sched_param parameters;
    check("getprio", CALL1(SYS_getprio, 0), 0);
    check("setprio", CALL2(SYS_setprio, 0, 7), 0);
    check("getprio", CALL1(SYS_getprio, 0), 7);
    check("getprio", CALL1(SYS_getprio, gettid()), 7);
    check("policy", sched_getscheduler(0), SCHED_RR);
    sched_getparam(0, &parameters);
    check("parameter", parameters.sched_priority, 7);
    check("highest", CALL2(SYS_setprio, gettid(), 99), 0);
    check("too high", CALL2(SYS_setprio, 0, 100), -EINVAL);
    check("too low", CALL2(SYS_setprio, 0, -1), -EINVAL);
    check("unchanged", CALL1(SYS_getprio, 0), 99);
    check("lowest", CALL2(SYS_setprio, 0, 0), 0);
    check("policy", sched_getscheduler(0), SCHED_OTHER);
    check("nobody", CALL1(SYS_getprio, 123456), -ESRCH);
    check("nobody", CALL2(SYS_setprio, 123456, 1), -ESRCH);
    check("negative", CALL1(SYS_getprio, -1), -EINVAL);
    check("negative", CALL2(SYS_setprio, -1, 1), -EINVAL);

    CALL2(SYS_sem_init, &shared_sem, 0);
    pthread_t thread = begin(SYS_sem_wait);
    check("other", CALL2(SYS_setprio, waiting, 3), 0);
    check("other", CALL1(SYS_getprio, waiting), 3);
    CALL1(SYS_sem_post, &shared_sem);
    pthread_join(thread, NULL);
    CALL1(SYS_sem_destroy, &shared_sem);
    check("yield", CALL1(SYS_yield, 0), 0);
    puts("priorities");
}

// A pair of calls without waiting, in instructions under -icount shift=0: what the system call itself costs is in it twice.
static void cost(void)
{
    uint32_t sem;
    CALL2(SYS_sem_init, &sem, 1);
    unsigned long best = -1UL;
    for (int round = 0; round < 3; round++)
    {
        unsigned long start = __builtin_ia32_rdtsc();
        for (int i = 0; i < 1000; i++)
        {
            long result;
            __asm__ volatile("syscall" : "=a"(result) : "0"((long)SYS_sem_wait), "D"(&sem) : "rcx", "r11", "memory");
            __asm__ volatile("syscall" : "=a"(result) : "0"((long)SYS_sem_post), "D"(&sem) : "rcx", "r11", "memory");
        }
        unsigned long took = __builtin_ia32_rdtsc() - start;
        best = took < best ? took : best;
    }
    printf("%lu\n", best / 1000);
}

int main(int count, char **words)
{
    if (count > 1)
    {
        cost();
        return 0;
    }
    setbuf(stdout, NULL);
    counts();
    misuse();
    timeouts();
    cancellation();
    turns();
    times();
    priorities();
    many_threads();
    printf("%d failures\n", failures);
    return failures != 0;
}
