// A read of an empty pipe that a signal comes upon at every instruction; its handler writes a byte. With SA_RESTART the read has it, wherever the
// signal came; without, it has it or says EINTR. The output is the same on Linux, in the libOS, linked, and with promotion. With the argument
// "places" it also says at how many places outside of the program's own code it was; that takes a clock that counts instructions.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum { PLACES = 64, ROUNDS = 1400 };
extern char __executable_start, etext;
static volatile int signals, place_count;
static unsigned long places[PLACES];
static int ends[2];
static timer_t timer;

static void on_timer(int signal, siginfo_t *info, void *context)
{
    int saved = errno;
    unsigned long address = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    char byte = 'a' + signals++ % 26;
    write(ends[1], &byte, 1);
    errno = saved;
    if (address >= (unsigned long)&__executable_start && address < (unsigned long)&etext) return;
    for (int i = 0; i < place_count; i++)
        if (places[i] == address) return;
    if (place_count < PLACES) places[place_count++] = address;
}

// Lets a number of instructions pass, 0 to 4095, so that the signal comes as many earlier.
static void wait_for(long instructions)
{
    __asm__ volatile("lea 1f(%%rip), %%rax; sub %0, %%rax; jmp *%%rax; .skip 4096, 0x90; 1:" : : "r"(instructions) : "rax");
}

static int run(int flags, int nanoseconds)
{
    struct sigaction action = {.sa_sigaction = on_timer, .sa_flags = SA_SIGINFO | flags};
    struct itimerspec once = {{0, 0}, {0, nanoseconds}};
    int wrong = 0;
    sigaction(SIGUSR1, &action, 0);
    for (int k = 0; k < ROUNDS; k++) {
        char byte = 0, expected = 'a' + signals % 26;
        int before = signals;
        timer_settime(timer, 0, &once, 0);
        wait_for(k);
        ssize_t got = read(ends[0], &byte, 1);
        if (got == -1 && errno == EINTR && !(flags & SA_RESTART)) got = read(ends[0], &byte, 1);
        if (got != 1 || byte != expected || signals != before + 1) wrong++;
    }

    return wrong;
}

int main(int argc, char **argv)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    int nanoseconds = argc > 1 ? 1000 : 6000;
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    pipe(ends);
    int wrong = run(SA_RESTART, nanoseconds);
    printf("restarted wrong %d, signals %d\n", wrong, signals);
    wrong = run(0, nanoseconds);
    printf("interrupted wrong %d, signals %d\n", wrong, signals);
    if (argc > 1) printf("places %d\n", place_count);
    return 0;
}
