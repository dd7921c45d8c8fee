// Takes all memory: "map" until mmap, mremap, brk, files and pipes say so, "touch" what was promised and is not there.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB (1L << 20)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static void *nothing(void *argument) { return argument; }

// As much as there is, in pieces of a size; how many.
static long take(long size, char **first)
{
    long count = 0;
    while (1) {
        char *at = mmap(0, size, RW, ANON | MAP_POPULATE, -1, 0);
        if (at == MAP_FAILED) return errno == ENOMEM ? count : -errno;
        *(char **)at = *first;
        *first = at;
        count++;
    }
}

static void give(long size, char *first)
{
    while (first) {
        char *next = *(char **)first;
        munmap(first, size);
        first = next;
    }
}

int main(int count, char **arguments)
{
    if (!strcmp(arguments[1], "touch")) {
        char *at = mmap(0, 4096 * MIB, RW, ANON | MAP_NORESERVE, -1, 0);
        for (long i = 0; i < 4096 * MIB; i += 4096) at[i] = 1;
        return 0;
    }

    static char buffer[65536];
    long before = 0;
    for (int round = 0; round < 3; round++) {
        char *large = 0, *small = 0;
        long megabytes = take(MIB, &large), pages = take(4096, &small);
        errno = 0;
        int isFull = sbrk(8 * MIB) == (void *)-1 && errno == ENOMEM;
        errno = 0;
        isFull &= mremap(small ? small : large, 4096, 2 * MIB, MREMAP_MAYMOVE) == MAP_FAILED && errno == ENOMEM;
        int file = open("/tmp/file", O_CREAT | O_RDWR, 0600);
        long written = 0;
        while (file >= 0 && write(file, buffer, sizeof buffer) == sizeof buffer) written++;
        int fileError = errno;
        int ends[2], pipes = 0;
        while (pipes < 40 && pipe(ends) == 0) pipes++;
        give(4096, small);
        give(MIB, large);
        pthread_t thread;
        int created = 0, threadError;
        while (created < 64 && !(threadError = pthread_create(&thread, 0, nothing, 0))) pthread_join(thread, 0), created++;
        if (file >= 0) ftruncate(file, 0), close(file);
        for (int i = 3; i < 100; i++) close(i);
        fprintf(stderr, "round %d: %ld MiB, %ld pages, file %ld %d, pipes %d, threads %d %d\n", round, megabytes, pages, written, fileError, pipes, created, threadError);
        printf("round %d: %s, %s\n", round, isFull ? "full" : "not full", megabytes > 8 && megabytes >= before - 1 ? "all is back" : "something is lost");
        before = megabytes;
    }
    return 0;
}
