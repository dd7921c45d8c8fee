// Options: -fnon-call-exceptions -fasynchronous-unwind-tables
// Signals that come upon system calls of three forms at every instruction, and whose handler throws a C++ exception through the call: destructors
// run, and the caller's caller catches it. The output is the same on Linux, in the libOS, and with promotion. With the argument "places" it also
// says from how many places outside of the program's own code it was thrown; that takes a clock that counts instructions.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <ucontext.h>
#include <unistd.h>

#define APART __attribute__((noinline, noclone))

// The number before the call; two bytes before it; memory between. What they call is in no table of handlers, but in that of frames.
extern "C" {
long plain(long *word);
long brief(long *word);
long stored(long *word);
extern unsigned char calls_begin[], calls_end[];
}
__asm__(".text\n.type plain, @function\n.type brief, @function\n.type stored, @function\ncalls_begin:\n"
        "plain: .cfi_startproc\n mov $110, %eax\n syscall\n ret\n .cfi_endproc\n .size plain, .-plain\n"
        "brief: .cfi_startproc\n mov $-1, %rdi\n jmp 2f\n 2: xor %eax, %eax\n syscall\n cmp $-4096, %rax\n ja 1f\n nop\n 1: ret\n .cfi_endproc\n .size brief, .-brief\n"
        "stored: .cfi_startproc\n mov $110, %eax\n mov %rdx, (%rdi)\n syscall\n ret\n .cfi_endproc\n .size stored, .-stored\n"
        "calls_end:\n");

extern char __executable_start, etext;
static volatile long sink;
static volatile int destroyed, signals, caught, wrong, thrown, form;

struct Hit { unsigned long address; };

struct Guard
{
    volatile int value = 1;
    ~Guard() { destroyed += value; }
};

static long (*const forms[])(long *) = {plain, brief, stored};
enum { FORMS = sizeof forms / sizeof *forms, ROUNDS = 256, PLACES = 64 };

static unsigned long places[PLACES];
static int place_count;

static bool is_own(unsigned long address) { return address >= (unsigned long)&__executable_start && address < (unsigned long)&etext; }

static APART void middle()
{
    Guard guard;
    long word;
    sink = forms[form](&word);
}

static APART void outer()
{
    try {
        Guard guard;
        middle();
    } catch (const Hit &hit) {
        caught++;
    }
}

static void on_timer(int, siginfo_t *, void *context)
{
    unsigned long address = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    signals++;
    // Nothing is thrown from the vDSO, and from the stubs of libc only while they set the timer, when no signal comes.
    bool inside = address >= (unsigned long)calls_begin && address < (unsigned long)calls_end;
    if (!inside && (is_own(address) || address > 0x7f0000000000)) return;
    for (int i = 0; !inside && i <= place_count && i < PLACES; i++) {
        if (places[i] == address) break;
        if (i == place_count) {
            places[place_count++] = address;
            break;
        }
    }
    thrown++;
    throw Hit{address};
}

// Lets a number of instructions pass, 0 to 255, so that the next signal comes as many earlier.
static void wait_for(long instructions)
{
    __asm__ volatile("lea 1f(%%rip), %%rax; sub %0, %%rax; jmp *%%rax; .skip 256, 0x90; 1:" : : "r"(instructions) : "rax");
}

int main(int argc, char **argv)
{
    struct sigevent event = {};
    struct sigaction action = {};
    timer_t timer;
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGUSR1;
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    action.sa_sigaction = on_timer;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER;
    sigaction(SIGUSR1, &action, nullptr);

    struct itimerspec once = {{0, 0}, {0, 4000}};
    for (form = 0; form < FORMS; form = form + 1) {
        for (volatile int k = 0; k < ROUNDS; k = k + 1) {
            int before = signals;
            timer_settime(timer, 0, &once, nullptr);
            wait_for(k);
            while (signals == before) {
                int had = thrown, saw = caught;
                destroyed = 0;
                outer();
                if (caught - saw != thrown - had || destroyed != 2) wrong++;
            }
        }
    }

    printf("signals %d, caught wrong %d\n", signals, wrong + (caught != thrown));
    if (argc > 1) printf("thrown some %d, places %d\n", thrown > 0, place_count);
    return 0;
}
