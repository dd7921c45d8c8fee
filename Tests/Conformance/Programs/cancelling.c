// Threads that are cancelled at every instruction of a system call: at any time (asynchronous), and in a call of libc that is a cancellation point
// (deferred). A timer's signal comes at a time which moves by an instruction; while its handler waits, another thread cancels the interrupted one,
// so that the signal of the cancellation comes upon the same instruction. Each is cancelled and cleans up once. The output is the same on Linux, in
// the libOS, linked, and with promotion. With the argument "places" it also says at how many places outside of the program's own code it was; that
// takes a clock that counts instructions.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum { PLACES = 64 };
extern char __executable_start, etext;
static volatile int signals, cleanups, place_count;
static unsigned long places[PLACES];
static int ends[2], moment = 6000; // nanoseconds
static volatile int done;
static pthread_t target;
static sem_t wanted;

static void note(void *context)
{
    unsigned long address = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    if (address >= (unsigned long)&__executable_start && address < (unsigned long)&etext) return;
    for (int i = 0; i < place_count; i++)
        if (places[i] == address) return;
    if (place_count < PLACES) places[place_count++] = address;
}

static void on_timer(int signal, siginfo_t *info, void *context)
{
    note(context);
    signals++;
    done = 0;
    sem_post(&wanted);
    while (!done) sched_yield();
}

static void *cancel(void *argument)
{
    for (;;) {
        sem_wait(&wanted);
        pthread_cancel(target);
        done = 1;
    }
}

static void clean(void *argument) { cleanups++; }

// Lets a number of instructions pass, 0 to 4095, so that the signal comes as many earlier.
static void wait_for(long instructions)
{
    __asm__ volatile("lea 1f(%%rip), %%rax; sub %0, %%rax; jmp *%%rax; .skip 4096, 0x90; 1:" : : "r"(instructions) : "rax");
}

static timer_t timer;

static void start_timer(long nanoseconds)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
    struct itimerspec once = {{0, 0}, {0, nanoseconds}};
    event.sigev_notify_thread_id = syscall(SYS_gettid);
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &once, 0);
}

struct round { int k, asynchronous; };

static void *turn(void *argument)
{
    struct round *round = argument;
    char byte;
    target = pthread_self();
    pthread_cleanup_push(clean, 0);
    if (round->asynchronous) pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, 0);
    start_timer(moment);
    wait_for(round->k);
    if (round->asynchronous) {
        for (;;) {
            long result;
            __asm__ volatile("mov $110, %%eax; syscall" : "=a"(result) : : "rcx", "r11", "memory");
        }
    }
    for (;;) read(ends[0], &byte, 1); // nobody writes
    pthread_cleanup_pop(0);
    return "not cancelled";
}

static int run(int asynchronous, int rounds, int step)
{
    int cancelled = 0;
    for (int i = 0; i < rounds; i++) {
        struct round round = {i * step, asynchronous};
        pthread_t thread;
        void *result = 0;
        pthread_create(&thread, 0, turn, &round);
        pthread_join(thread, &result);
        timer_delete(timer);
        cancelled += result == PTHREAD_CANCELED;
    }
    return cancelled;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_sigaction = on_timer, .sa_flags = SA_SIGINFO | SA_RESTART};
    int rounds = argc > 1 ? 1400 : 200;
    if (argc > 1) moment = 1000;
    pthread_t helper;
    *(unsigned long *)&action.sa_mask = 3UL << 31; // the signals that libraries cancel by wait for the handler's end
    sigaction(SIGUSR1, &action, 0);
    sem_init(&wanted, 0, 0);
    pthread_create(&helper, 0, cancel, 0);
    pipe(ends);
    int cancelled = run(1, 256, 1);
    printf("at any time: cancelled %d, signals %d, cleanups %d\n", cancelled, signals, cleanups);
    int before = place_count;
    signals = cleanups = 0;
    cancelled = run(0, rounds, argc > 1 ? 1 : 7);
    printf("in a call: cancelled %d, signals %d, cleanups %d\n", cancelled, signals, cleanups);
    if (argc > 1) printf("places %d, %d\n", before, place_count - before);
    return 0;
}
