// What /proc/self/statm says is in memory is the sum of what /proc/self/smaps says of each mapping, whatever was mapped, moved and
// taken away. Linux counts the one in parts that lag behind, so that this is asked here only.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define K 4096L
#define M (1L << 20)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char text[1 << 16];

static void slurp(const char *path)
{
    int fd = open(path, O_RDONLY);
    long length = 0, got;
    while ((got = read(fd, text + length, sizeof text - 1 - length)) > 0)
        length += got;
    text[length] = 0;
    close(fd);
}

static void compare(const char *what)
{
    slurp("/proc/self/statm");
    long all = strtol(strchr(text, ' '), 0, 10) * K;
    slurp("/proc/self/smaps");
    long sum = 0;
    for (char *at = text; (at = strstr(at, "\nRss:")); at++)
        sum += strtol(at + 5, 0, 10) * 1024;
    if (all == sum && sum > 0)
        printf("%s: the same\n", what);
    else
        printf("%s: %ld bytes in all, %ld in the mappings\n", what, all, sum);
}

static char *map(long bytes, int protection, int flags)
{
    char *at = mmap(0, bytes, protection, flags, -1, 0);
    if (at == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return at;
}

int main(void)
{
    memset(text, 'x', sizeof text);
    compare("start");
    char *one = map(K, RW, ANON);
    compare("a page");
    munmap(one, K);
    compare("none");
    char *some = map(300 * K, RW, ANON);
    for (long i = 0; i < 300; i += 7)
        some[i * K] = 1;
    compare("300 pages");
    mprotect(some + 10 * K, 20 * K, PROT_NONE);
    mprotect(some + 15 * K, 5 * K, PROT_READ);
    madvise(some + 50 * K, 100 * K, MADV_DONTNEED);
    compare("fewer");
    some[60 * K] = 1;
    some = mremap(some, 300 * K, 500 * K, MREMAP_MAYMOVE);
    compare("moved and longer");
    munmap(some + 5 * K, 30 * K);
    compare("with a hole");
    char *kept = map(1 << 30, PROT_NONE, ANON | MAP_NORESERVE);
    mprotect(kept + 5 * M, K, RW);
    mprotect(kept + 7 * M, 11 * K, RW);
    mprotect(kept + 20 * M, 9 * M, RW);
    kept[20 * M] = kept[7 * M + 5 * K] = 1;
    compare("a reservation in use");
    munmap(kept + 7 * M, 15 * M);
    compare("less of it");
    char *large = map(8 * M, RW, ANON);
    memset(large, 1, 8 * M);
    munmap(large + M + K, 3 * M);
    mprotect(large + 5 * M + K, K, PROT_READ);
    compare("large pages in pieces");
    int file = memfd_create("file", 0);
    if (ftruncate(file, 20 * K) != 0)
        perror("ftruncate");
    char *own = mmap(0, 20 * K, RW, MAP_PRIVATE, file, 0);
    char *shared = mmap(0, 20 * K, RW, MAP_SHARED, file, 0);
    own[3 * K] = shared[5 * K] = own[5 * K] = 1;
    compare("a file");
    if (ftruncate(file, 4 * K) != 0)
        perror("ftruncate");
    compare("a shorter file");
    munmap(own, 20 * K);
    munmap(shared + 2 * K, 5 * K);
    free(malloc(3 * M));
    sbrk(100 * K);
    sbrk(-50 * K);
    compare("the heap");
    return 0;
}
