// Reads a file from its beginning to its end with buffers of 1 MiB. Prints nanoseconds for each MiB, times a thousand: of the
// whole file, and of the best run of 64 MiB in it.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 20, WINDOW = 64 };

static long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

int main(int argc, char **argv)
{
    int file = open(argv[1], O_RDONLY);
    char *buffer = malloc(BUFFER);
    if (file < 0 || buffer == 0)
    {
        perror(argv[1]);
        return 1;
    }

    // Its pages are there before the clock runs, and not the file's.
    for (int i = 0; i < BUFFER; i += 4096)
        buffer[i] = 1;

    long start = now(), windowStart = start, best = 0, total = 0, inWindow = 0;
    for (;;)
    {
        long got = read(file, buffer, BUFFER);
        if (got < 0)
        {
            perror("read");
            return 1;
        }

        if (got == 0)
            break;
        total += got;
        inWindow += got;
        if (inWindow >= (long)WINDOW * BUFFER)
        {
            long end = now();
            if (best == 0 || end - windowStart < best)
                best = end - windowStart;
            windowStart = end;
            inWindow = 0;
        }
    }

    long mebibytes = total / BUFFER;
    if (mebibytes < WINDOW)
    {
        fprintf(stderr, "%ld MiB are too few\n", mebibytes);
        return 1;
    }

    printf("sequential-whole %ld\n", (now() - start) * 1000 / mebibytes);
    printf("sequential-best %ld\n", best * 1000 / WINDOW);
    return 0;
}
