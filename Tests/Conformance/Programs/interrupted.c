// A thread waits on a futex again and again while another one sends it signals without pause: the wait ends in no other way than those of the manual.
// Argument: how many waits.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int word, stop, handled;

static void on_signal(int signal) { handled += signal != 0; }

static void *disturb(void *target)
{
    while (!stop) {
        int before = handled;
        pthread_kill(*(pthread_t *)target, SIGUSR1);
        // The next one when this one has been seen: each hits another point of the wait.
        while (handled == before && !stop)
            word = 1, word = 0;
    }
    return 0;
}

int main(int argc, char **argv)
{
    int waits = atoi(argv[argc - 1]), interrupted = 0, others = 0;
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGUSR1, &action, 0);
    pthread_t self = pthread_self(), sender;
    pthread_create(&sender, 0, disturb, &self);
    while (interrupted < waits) {
        // Without libc, which hides what it does not know.
        register long r10 __asm__("r10") = 0;
        long result;
        __asm__ volatile("syscall" : "=a"(result) : "a"(SYS_futex), "D"(&word), "S"(FUTEX_WAIT_PRIVATE), "d"(0), "r"(r10) : "rcx", "r11", "memory");
        if (result == -EINTR)
            interrupted++;
        else if (result != -EAGAIN && result != 0 && ++others < 4)
            printf("result %ld\n", result);
    }
    stop = 1;
    pthread_join(sender, 0);
    printf("interrupted %d, other results %d\n", interrupted, others);
    return others != 0;
}
