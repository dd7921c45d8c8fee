// A thread on the second core makes calls of the peer, and waits there for what the first core writes much later.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CALLS = 20, WAITS = 5, PAUSE = 20000, LATE = 700 };

static int pipes;

static void pin(int core)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    if (sched_setaffinity(0, sizeof set, &set))
        perror("sched_setaffinity");
}

static long milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void *far(void *argument)
{
    int calls = 0, waits = 0, late = 0;
    char b;
    struct stat status;
    pin(1);
    for (int i = 0; i < CALLS; i++)
        calls += !stat("given", &status) && status.st_size == 10;
    for (int i = 0; i < WAITS; i++) {
        long start = milliseconds();
        waits += read(pipes, &b, 1) == 1 && b == i;
        // Who waits looks once a second even without an interrupt: then all of them are late, and not only those of a busy moment.
        late += milliseconds() - start > LATE;
    }
    printf("core %d: %d calls, %d waits, %s\n", sched_getcpu(), calls, waits, late < WAITS ? "interrupted" : "ALL LATE");
    return 0;
}

int main(void)
{
    pthread_t thread;
    mkfifo("fifo", 0600);
    pipes = open("fifo", O_RDWR);
    pin(0);
    pthread_create(&thread, 0, far, 0);
    for (char i = 0; i < WAITS; i++) {
        usleep(PAUSE);
        write(pipes, &i, 1);
    }
    pthread_join(thread, 0);
    return 0;
}
