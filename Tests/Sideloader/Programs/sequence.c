// Four threads write numbered records, each to the end of a file of its own, as fast as it goes: short ones that one buffer holds,
// and long ones of many pages. A record is its number, padded with a letter, and a line's end. Nobody makes a write twice.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 4, SHORT = 16, LONG = 20000 };

static void *run(void *argument)
{
    int thread = (int)(long)argument, length = thread % 2 ? LONG : SHORT;
    char name[16], *record = malloc(LONG + 1);
    snprintf(name, sizeof name, "log%d", thread);
    int file = open(name, O_WRONLY | O_CREAT | O_APPEND, 0644);
    for (long number = 0; file >= 0; number++)
    {
        memset(record, 'a' + number % 26, length);
        record[snprintf(record, length, "%ld", number)] = ' ';
        record[length - 1] = '\n';
        if (write(file, record, length) != length)
            break;
    }

    return 0;
}

int main(void)
{
    pthread_t threads[THREADS];
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], 0, run, (void *)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], 0);
    puts("a write failed");
    return 1;
}
