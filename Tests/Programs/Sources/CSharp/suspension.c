// What Suspension.cs needs of C: where the collector's signal comes upon a thread, and a timer after which it comes.
//
// The runtime stops threads by SIGRTMIN, which it handles itself. Its handler is called from the one here, which notes the place first. The timer's
// handler asks the thread that collects for a collection and waits until its signal is there; that one is held back meanwhile, so it comes upon the
// instruction that the timer came upon.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

// How far behind their calls the stubs of promotion are: AzaleaOS.Abi/PromotionTable.cs.
#define NEAREST 0x050F0000UL
#define FARTHEST 0x05100000UL

enum { PLACES = 64 };
extern char __executable_start, _end;

static struct sigaction runtime;
static sem_t wanted;
static timer_t timer;
static __thread int is_worker;
static volatile int asked, answered, fired, ended;
static int signals, in_stubs, place_count;
static unsigned long places[PLACES];

static void note(unsigned long address)
{
    __atomic_fetch_add(&signals, 1, __ATOMIC_RELAXED);
    if (address < (unsigned long)&__executable_start + NEAREST || address >= (unsigned long)&_end + FARTHEST) return;
    __atomic_fetch_add(&in_stubs, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < PLACES; i++) {
        unsigned long other = 0;
        if (__atomic_compare_exchange_n(&places[i], &other, address, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            __atomic_fetch_add(&place_count, 1, __ATOMIC_RELAXED);
            return;
        }
        if (other == address) return;
    }
}

static void on_suspension(int signal, siginfo_t *info, void *context)
{
    if (is_worker) note(((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP]);
    runtime.sa_sigaction(signal, info, context);
}

// A thread that has left managed code is not stopped. It gets the signal nevertheless if it left after the runtime had looked, and so it does here.
static void on_timer(int signal, siginfo_t *info, void *context)
{
    int saved = errno, mine = ++asked;
    sigset_t pending;
    sem_post(&wanted);
    do {
        sched_yield();
        sigpending(&pending);
    } while (answered < mine && !sigismember(&pending, SIGRTMIN));
    if (!sigismember(&pending, SIGRTMIN)) pthread_kill(pthread_self(), SIGRTMIN);
    fired++;
    errno = saved;
}

// Lets a number of instructions pass, 0 to 4095, so that the timer's signal comes as many earlier.
static void wait_for(long instructions)
{
    __asm__ volatile("lea 1f(%%rip), %%rax; sub %0, %%rax; jmp *%%rax; .skip 4096, 0x90; 1:" : : "r"(instructions) : "rax");
}

int suspension_start(void)
{
    struct sigaction action = {.sa_sigaction = on_timer, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigaddset(&action.sa_mask, SIGRTMIN);
    if (sem_init(&wanted, 0, 0) || sigaction(SIGUSR1, &action, 0) || sigaction(SIGRTMIN, 0, &runtime)) return errno;
    action = runtime;
    action.sa_sigaction = on_suspension;
    return sigaction(SIGRTMIN, &action, 0) ? errno : 0;
}

int suspension_thread(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
    is_worker = 1;
    event.sigev_notify_thread_id = syscall(SYS_gettid);
    return timer_create(CLOCK_MONOTONIC, &event, &timer) ? errno : 0;
}

void suspension_is_worker(void) { is_worker = 1; }

// One signal, some nanoseconds after the instructions begin to pass.
void suspension_arm(long nanoseconds, long instructions)
{
    struct itimerspec once = {{0, 0}, {0, nanoseconds}};
    timer_settime(timer, 0, &once, 0);
    wait_for(instructions);
}

volatile int *suspension_fired(void) { return &fired; }

// Waits until a collection is asked for; 0 if there will be no more.
int suspension_wanted(void)
{
    while (sem_wait(&wanted)) {}
    return !ended;
}

void suspension_answer(void) { answered = asked; }

void suspension_end(void)
{
    ended = 1;
    sem_post(&wanted);
}

// The numbers since it was called last: signals, those in stubs, places in stubs.
void suspension_count(int *numbers)
{
    numbers[0] = __atomic_exchange_n(&signals, 0, __ATOMIC_RELAXED);
    numbers[1] = __atomic_exchange_n(&in_stubs, 0, __ATOMIC_RELAXED);
    numbers[2] = __atomic_exchange_n(&place_count, 0, __ATOMIC_RELAXED);
    for (int i = 0; i < PLACES; i++) places[i] = 0;
}
