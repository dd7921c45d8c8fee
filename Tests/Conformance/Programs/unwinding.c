// Options: -fexceptions -fnon-call-exceptions
// Signals that come upon system calls of three forms at every instruction, and handlers that do not simply return: they look at the frames
// below, jump out, and unwind as an exception or a cancellation does. The output is the same on Linux, in the libOS, and with promotion. With the
// argument "places" it does not cancel threads, and says at how many places outside of the program's own code a signal came; that takes a clock that
// counts instructions.
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#define APART __attribute__((noinline, noclone))

extern char __executable_start, etext;
static volatile long sink;
static volatile int cleanups;

// The number before the call; two bytes before it; memory between.
static APART void plain(void)
{
    long result;
    __asm__ volatile("mov $110, %%eax; syscall" : "=a"(result) : : "rcx", "r11", "memory");
    sink = result;
}

static APART void brief(void)
{
    long result, number = -1;
    __asm__ volatile("xor %%eax, %%eax; syscall; cmp $-4096, %%rax; ja 1f; nop; 1:" : "=&a"(result) : "D"(number) : "rcx", "r11", "cc", "memory");
    sink = result;
}

static APART void stored(void)
{
    static volatile long word;
    long result;
    __asm__ volatile("mov $110, %%eax; mov %%rdx, (%1); syscall" : "=&a"(result) : "S"(&word), "d"(7L) : "rcx", "r11", "memory");
    sink = result;
}

static void (*const forms[])(void) = {plain, brief, stored};
enum { FORMS = sizeof forms / sizeof *forms, ROUNDS = 256, PLACES = 64, FRAMES = 16 };

static void cleanup(int *guard) { cleanups += *guard; }

static APART void middle(int form)
{
    __attribute__((cleanup(cleanup))) int guard = 1;
    forms[form]();
    guard = 0;
}

static APART void outer(int form)
{
    __attribute__((cleanup(cleanup))) int guard = 1;
    middle(form);
    guard = 0;
}

static volatile int form, signals, wrong, jumps, unwound, traced;
static sigjmp_buf back;
static void *top;
static unsigned long places[PLACES];
static int place_count;

static int is_own(unsigned long address) { return address >= (unsigned long)&__executable_start && address < (unsigned long)&etext; }

static int is_in(unsigned long address, void *function) { return is_own(address) && _Unwind_FindEnclosingFunction((void *)(address + 1)) == function; } // it looks up what is before a return address

static unsigned long interrupted(void *context)
{
    unsigned long address = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    signals++;
    for (int i = 0; !is_own(address) && i <= place_count && i < PLACES; i++) {
        if (places[i] == address) break;
        if (i == place_count) {
            places[place_count++] = address;
            break;
        }
    }
    return address;
}

struct frames { unsigned long addresses[FRAMES]; int count; };

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *argument)
{
    struct frames *frames = argument;
    int is_before;
    frames->addresses[frames->count++] = _Unwind_GetIPInfo(context, &is_before);
    return frames->count == FRAMES ? _URC_END_OF_STACK : _URC_NO_REASON;
}

int main(int argc, char **argv);
static APART void every(void (*handler)(int, siginfo_t *, void *), int jumps_out);

// Whether what is below an interrupted place is what called it: perhaps a form, middle, outer, and then those that called them. 0 if it is not,
// -1 if it is another place, else 1 and whether it is in a form.
static int look(unsigned long address, int *in_form)
{
    struct frames frames = {{0}, 0};
    void *chain[] = {forms[form], middle, outer, every, main};
    enum { CALLERS = 3, CHAIN = sizeof chain / sizeof *chain };
    int at = 0, next = 0;
    _Unwind_Backtrace(add_frame, &frames);
    while (at < frames.count && frames.addresses[at] != address) at++;
    while (at < frames.count && !is_own(frames.addresses[at])) at++;
    if (at == frames.count) return 0;
    while (next < CALLERS && !is_in(frames.addresses[at] - (frames.addresses[at] != address), chain[next])) next++;
    if (next == CALLERS) return -1;
    *in_form = next == 0;
    if (next > 0 && !is_own(address)) return 0;
    for (; next < CHAIN; next++, at++)
        if (at >= frames.count || !is_in(frames.addresses[at] - (frames.addresses[at] != address), chain[next])) return 0;
    return 1;
}

static void on_trace(int signal, siginfo_t *info, void *context)
{
    int in_form, right = look(interrupted(context), &in_form);
    traced += right == 1;
    wrong += right == 0;
}

static void on_jump(int signal, siginfo_t *info, void *context)
{
    interrupted(context);
    siglongjmp(back, 1);
}

static _Unwind_Reason_Code stop(int version, _Unwind_Action actions, _Unwind_Exception_Class class, struct _Unwind_Exception *exception, struct _Unwind_Context *context, void *argument)
{
    if ((actions & _UA_END_OF_STACK) || _Unwind_GetCFA(context) > (unsigned long)top) siglongjmp(back, (actions & _UA_END_OF_STACK) ? 2 : 1);
    return _URC_NO_REASON;
}

static void on_unwind(int signal, siginfo_t *info, void *context)
{
    static struct _Unwind_Exception exception;
    int in_form, right = look(interrupted(context), &in_form);
    wrong += right == 0;
    if (right != 1 || !in_form) return;
    unwound++;
    memset(&exception, 0, sizeof exception);
    _Unwind_ForcedUnwind(&exception, stop, 0);
    wrong++;
}

// Lets a number of instructions pass, 0 to 255, so that the next signal comes as many earlier.
static void wait_for(long instructions)
{
    __asm__ volatile("lea 1f(%%rip), %%rax; sub %0, %%rax; jmp *%%rax; .skip 256, 0x90; 1:" : : "r"(instructions) : "rax");
}

static timer_t timer;

static APART void every(void (*handler)(int, siginfo_t *, void *), int jumps_out)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct itimerspec once = {{0, 0}, {0, 4000}};
    sigaction(SIGUSR1, &action, 0);
    for (form = 0; form < FORMS; form++) {
        for (volatile int k = 0; k < ROUNDS; k++) {
            int before = signals, had = unwound;
            cleanups = 0;
            int way = sigsetjmp(back, 1);
            if (way == 0) {
                timer_settime(timer, 0, &once, 0);
                wait_for(k);
                while (signals == before) outer(form);
                if (jumps_out) wrong++;
            } else {
                jumps++;
                if (way != 1 || (unwound != had && cleanups != 2)) wrong++;
            }
        }
    }
}

static volatile int turning;

static void *turn(void *argument)
{
    int old;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old);
    pthread_cleanup_push((void (*)(void *))cleanup, argument);
    turning = 1;
    for (;;) outer(form);
    pthread_cleanup_pop(0);
    return 0;
}

int main(int argc, char **argv)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    top = __builtin_frame_address(0);

    every(on_trace, 0);
    int all_wrong = wrong;
    printf("backtraces wrong %d\n", wrong);

    jumps = wrong = 0;
    every(on_jump, 1);
    printf("jumps %d, wrong %d\n", jumps, wrong);

    wrong = unwound = 0;
    every(on_unwind, 0);
    printf("unwound wrong %d\n", wrong);

    if (argc > 1) {
        printf("traced some %d, unwound some %d, places %d\n", traced > 0, unwound > 0, place_count);
        return 0;
    }

    int cancelled = 0;
    cleanups = 0;
    for (int k = 0; k < 96; k++) {
        static int guard;
        guard = 1000;
        turning = 0;
        pthread_t thread;
        void *result;
        form = k % FORMS;
        pthread_create(&thread, 0, turn, &guard);
        while (!turning) nanosleep(&(struct timespec){0, 20000}, 0);
        nanosleep(&(struct timespec){0, 20000 + k * 7}, 0);
        pthread_cancel(thread);
        pthread_join(thread, &result);
        cancelled += result == PTHREAD_CANCELED;
    }
    printf("cancelled %d\n", cancelled);
    return (all_wrong | wrong) != 0;
}
