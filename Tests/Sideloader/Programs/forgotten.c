// Threads end after a call that the peer sent to the kernel, and whose path the kernel did not come to read. While others are alive, so that no thread
// takes the place of one that has ended, that must cost no memory.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <unistd.h>

enum { THREADS = 64, STACK = 64 << 10, PAGE = 4096 };

static sem_t released;
static pthread_attr_t small;

static void *reads(void *unused)
{
    int file = open("/lie/0", O_RDONLY);
    if (file < 0 || close(file)) { perror("/lie/0"); exit(4); }
    return unused;
}

// Flags that are refused before the path is looked at.
static void *refused(void *unused)
{
    if (open("/lie/0", O_CREAT | O_DIRECTORY, 0600) >= 0 || errno != EINVAL) { perror("refused"); exit(5); }
    return unused;
}

static void *waits(void *unused)
{
    while (sem_wait(&released));
    return unused;
}

static long left_after(void *(*does)(void *))
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        pthread_t one;
        if (pthread_create(&one, &small, does, 0) || pthread_join(one, 0) || pthread_create(&threads[i], &small, waits, 0)) { perror("thread"); exit(6); }
    }
    struct sysinfo now;
    sysinfo(&now);
    for (int i = 0; i < THREADS; i++) sem_post(&released);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], 0);
    return now.freeram / PAGE;
}

int main(void)
{
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK);
    left_after(reads);
    long before = left_after(reads), after = left_after(refused);
    printf("lost %ld pages\n", before - after);
    return before - after > THREADS / 4 ? 7 : 3;
}
