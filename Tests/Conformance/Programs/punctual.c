// A signal that comes at any instruction of a system call is heard at its end, though the program makes no other call. A timer fires behind a
// number of instructions that moves by one. The output is the same on Linux. With the argument "places" the clock counts instructions: then each
// place is met, and it also says whether a program that does nothing but a call hears of the signal in time.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile int count;
static volatile long heard;
static timer_t timer;

static long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

static void on_timer(int signal)
{
    heard = now();
    count++;
}

static void arm(long nanoseconds)
{
    struct itimerspec time = {{0, 0}, {0, nanoseconds}};
    timer_settime(timer, 0, &time, 0);
}

// Lets a number of instructions pass, 0 to 4095, so that the signal comes as many earlier.
static void wait(long instructions)
{
    __asm__ volatile("lea 1f(%%rip), %%rax; sub %0, %%rax; jmp *%%rax; .skip 4096, 0x90; 1:" : : "r"(instructions) : "rax");
}

// Whether the signal comes while the program spins, before so many nanoseconds have passed.
static int comes(int before, long patience)
{
    long start = now();
    while (count == before)
        if (now() - start > patience) return 0;
    return 1;
}

static void behind(const char *name, long number, int rounds, long patience)
{
    int late = 0;
    for (int k = 0; k < rounds && !late; k++) {
        int before = count;
        arm(4000);
        wait(k);
        syscall(number);
        late = !comes(before, patience);
    }
    printf("behind %s: late %d\n", name, late);
}

// Nothing but a call, until the signal is there: the longest time from its being due.
static long longest(int rounds)
{
    long most = 0;
    for (int k = 0; k < rounds; k++) {
        int before = count;
        wait(k);
        long due = now() + 4000;
        arm(4000);
        while (count == before) syscall(SYS_getppid);
        if (heard - due > most) most = heard - due;
    }
    return most;
}

int main(int argc, char **argv)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct sigaction action = {.sa_handler = on_timer, .sa_flags = SA_RESTART};
    int counts = argc > 1, rounds = counts ? 4096 : 100;
    long patience = counts ? 100000 : 10000000000;
    sigaction(SIGUSR1, &action, 0);
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    now();
    behind("getppid", SYS_getppid, rounds, patience);
    behind("sched_yield", SYS_sched_yield, rounds, patience);
    behind("getuid", SYS_getuid, rounds, patience);
    long time = longest(counts ? 512 : 100);
    if (!counts || time < 6000) printf("in a loop: in time\n");
    else printf("in a loop: %ld ns late\n", time);
    return 0;
}
