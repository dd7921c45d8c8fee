// A call to which the peer says EINTR for ever, though no signal came: the core's other thread runs, and the program ends when that wants it to.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

static void *asks(void *unused)
{
    struct stat status;
    stat("/lie/0", &status);
    exit(5);
}

int main(void)
{
    pthread_t thread;
    pthread_create(&thread, 0, asks, 0);
    struct timespec moment = { .tv_nsec = 20000000 };
    for (int i = 0; i < 20; i++) nanosleep(&moment, 0);
    puts("slept twenty times");
    return 3;
}
