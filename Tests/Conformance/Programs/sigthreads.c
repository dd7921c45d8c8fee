// Signals between threads: order, masks, waiting, restarts, timers for threads.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FIRST (SIGRTMIN + 1)
#define SECOND (SIGRTMIN + 2)

static volatile int stop, ready, expected[2], wrong, handled;
static volatile int tid;

static int gettid_(void) { return syscall(SYS_gettid); }

static void set(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO };
    sigfillset(&action.sa_mask);
    sigaction(number, &action, 0);
}

static void in_order(int number, siginfo_t *info, void *context)
{
    int which = number == SECOND;
    if (info->si_value.sival_int != expected[which] || info->si_code != SI_QUEUE || gettid_() != tid) wrong++;
    expected[which]++;
    handled++;
}

static void *spin(void *argument)
{
    tid = gettid_();
    __atomic_store_n(&ready, 1, __ATOMIC_SEQ_CST);
    unsigned long turns = 0;
    while (!stop) turns++;
    return (void *)turns;
}

static void pairs(int count)
{
    pthread_t thread;
    stop = ready = handled = wrong = expected[0] = expected[1] = 0;
    set(FIRST, in_order, SA_RESTART);
    set(SECOND, in_order, SA_RESTART);
    pthread_create(&thread, 0, spin, 0);
    while (!ready) sched_yield();
    for (int i = 0; i < count; i++)
    {
        for (int which = 0; which < 2; which++)
        {
            union sigval value = { .sival_int = i };
            int result;
            while ((result = pthread_sigqueue(thread, which ? SECOND : FIRST, value)) == EAGAIN) sched_yield();
            if (result) { printf("sigqueue: %d\n", result); exit(1); }
        }
    }
    while (handled < 2 * count) sched_yield();
    stop = 1;
    pthread_join(thread, 0);
    printf("%d pairs: handled %d, wrong %d\n", count, handled, wrong);
}

static void here(int number, siginfo_t *info, void *context) { tid = gettid_(); handled++; }

static void *blocked(void *argument)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, 0);
    ready = 1;
    while (!stop) usleep(1000);
    return 0;
}

static void *open_(void *argument)
{
    *(int *)argument = gettid_();
    ready = 1;
    while (!stop) usleep(1000);
    return 0;
}

static void choice(void)
{
    pthread_t closed, taker;
    sigset_t one, old;
    int taker_id;
    stop = ready = handled = 0;
    set(SIGUSR1, here, 0);
    pthread_create(&closed, 0, blocked, 0);
    while (!ready) sched_yield();
    ready = 0;
    pthread_create(&taker, 0, open_, &taker_id);
    while (!ready) sched_yield();
    kill(getpid(), SIGUSR1);
    printf("taken by the first thread: %d\n", tid == gettid_());
    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &one, &old);
    handled = 0;
    kill(getpid(), SIGUSR1);
    while (!handled) sched_yield();
    printf("taken by the open thread: %d\n", tid == taker_id);
    pthread_kill(closed, SIGUSR1);
    usleep(20000);
    printf("held back by its receiver: %d\n", handled == 1);
    stop = 1;
    pthread_join(closed, 0);
    pthread_join(taker, 0);
    kill(getpid(), SIGUSR1);
    sigset_t pending;
    sigpending(&pending);
    printf("held back by all: %d\n", handled == 1 && sigismember(&pending, SIGUSR1));
    pthread_sigmask(SIG_SETMASK, &old, 0);
    printf("then let through: %d\n", handled == 2);
    usleep(20000); // pthread_join returns a little before the thread is gone
    long result = syscall(SYS_tgkill, getpid(), taker_id, SIGUSR1);
    printf("to a thread that has ended: %ld %s\n", result, strerrorname_np(errno));
}

static void *waiter(void *argument)
{
    sigset_t *set_ = argument;
    siginfo_t info;
    int sum = 0;
    for (int i = 0; i < 1000; i++)
    {
        int number = sigwaitinfo(set_, &info);
        if (number != FIRST || info.si_value.sival_int != i) { printf("waited for %d, got %d with %d\n", i, number, info.si_value.sival_int); break; }
        sum += info.si_value.sival_int;
    }
    return (void *)(long)sum;
}

static void waiting(void)
{
    pthread_t thread;
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, FIRST);
    pthread_sigmask(SIG_BLOCK, &one, 0);
    pthread_create(&thread, 0, waiter, &one);
    for (int i = 0; i < 1000; i++)
    {
        union sigval value = { .sival_int = i };
        while (sigqueue(getpid(), FIRST, value) && errno == EAGAIN) sched_yield();
    }
    void *sum;
    pthread_join(thread, &sum);
    printf("waited for 1000: sum %ld\n", (long)sum);
    pthread_sigmask(SIG_UNBLOCK, &one, 0);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int pipe_[2];

static void *sleeper(void *argument)
{
    int kind = (long)argument;
    struct timespec time = { 0, 300000000 }, left = { 0, 0 };
    long result = 0;
    char byte;
    tid = gettid_();
    __atomic_store_n(&ready, 1, __ATOMIC_SEQ_CST);
    errno = 0;
    switch (kind)
    {
        case 0: result = nanosleep(&time, &left); break;
        case 1: result = clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &left); errno = 0; break;
        case 2: { static int word; result = syscall(SYS_futex, &word, 128, 0, &time, 0, 0); break; }
        case 3: result = pthread_mutex_lock(&mutex); pthread_mutex_unlock(&mutex); break;
        case 4: result = read(pipe_[0], &byte, 1); break;
        case 5: result = syscall(SYS_ppoll, 0, 0, &time, 0, 8); break;
    }
    static char text[100];
    sprintf(text, "%ld errno %d left %d", result, errno, left.tv_nsec > 0);
    return text;
}

static void restarts(int flags)
{
    static const char *names[] = { "nanosleep", "clock_nanosleep", "futex", "mutex", "read", "ppoll" };
    set(SIGUSR2, here, flags);
    for (int kind = 0; kind < 6; kind++)
    {
        pthread_t thread;
        void *text;
        ready = handled = 0;
        if (kind == 3) pthread_mutex_lock(&mutex);
        pthread_create(&thread, 0, sleeper, (void *)(long)kind);
        while (!ready) sched_yield();
        usleep(50000);
        pthread_kill(thread, SIGUSR2);
        while (!handled) sched_yield();
        usleep(10000);
        if (kind == 3) pthread_mutex_unlock(&mutex);
        if (kind == 4) (void)!write(pipe_[1], "x", 1);
        pthread_join(thread, &text);
        printf("%s%s: %s\n", names[kind], flags ? " with SA_RESTART" : "", (char *)text);
        // Without SA_RESTART nobody has taken the byte.
        if (kind == 4 && !flags) { char byte; (void)!read(pipe_[0], &byte, 1); }
    }
}

static void timers(void)
{
    pthread_t thread;
    stop = ready = handled = 0;
    set(SIGUSR1, here, 0);
    pthread_create(&thread, 0, spin, 0);
    while (!ready) sched_yield();
    int target = tid;
    struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
    event._sigev_un._tid = target;
    timer_t timer;
    printf("timer_create %d\n", timer_create(CLOCK_MONOTONIC, &event, &timer));
    struct itimerspec every = { .it_interval = { 0, 5000000 }, .it_value = { 0, 5000000 } };
    timer_settime(timer, 0, &every, 0);
    while (handled < 10) sched_yield();
    printf("timer for a thread: %d\n", tid == target);
    timer_delete(timer);
    stop = 1;
    pthread_join(thread, 0);
    usleep(20000);
    event._sigev_un._tid = target;
    printf("timer for a thread that has ended: %d\n", timer_create(CLOCK_MONOTONIC, &event, &timer));
}

int main(int argc, char **argv)
{
    setvbuf(stdout, 0, _IONBF, 0);
    if (argc > 1) { pairs(atoi(argv[1])); return 0; }
    pairs(2000);
    choice();
    waiting();
    (void)!pipe(pipe_);
    restarts(0);
    restarts(SA_RESTART);
    timers();
    return 0;
}
