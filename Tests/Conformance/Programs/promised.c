// Memory that was mapped and not touched yet reads as zeros, whoever touches it first and whatever happened to it before. Its
// frames have been in use: what was in them must not be seen.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define K 4096L
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char zeros[K];

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static char *map(long pages, int protection)
{
    char *at = mmap(0, pages * K, protection, ANON, -1, 0);
    if (at == MAP_FAILED)
        fail("mmap");
    return at;
}

static void protect(char *at, long pages, int protection)
{
    if (mprotect(at, pages * K, protection) != 0)
        fail("mprotect");
}

// Fills frames with letters and gives them back.
static void soil(void)
{
    char *at = map(1500, RW);
    memset(at, 'x', 1500 * K);
    munmap(at, 1500 * K);
}

static int is_zero(const char *page) { return memcmp(page, zeros, K) == 0; }

static long count_zero(const char *at, long pages)
{
    long count = 0;
    for (long i = 0; i < pages; i++)
        count += is_zero(at + i * K);
    return count;
}

static void say(const char *what, const char *at, long pages)
{
    printf("%s: %ld of %ld are zero\n", what, count_zero(at, pages), pages);
}

// Each page once, in an order that jumps, or up, or down; what the neighbours became must not matter.
static void touch(const char *what, long pages, long step, long first)
{
    soil();
    char *at = map(pages, RW);
    long wrong = 0;
    for (long i = 0, page = first; i < pages; i++, page = (page + step + pages) % pages) {
        wrong += at[page * K + page % K] != 0 || !is_zero(at + page * K);
        at[page * K + page % K] = (char)page | 1;
    }
    for (long page = 0; page < pages; page++)
        wrong += at[page * K + page % K] != (char)((char)page | 1);
    printf("%s: %ld wrong\n", what, wrong);
    munmap(at, pages * K);
}

static void kernel_touches(void)
{
    soil();
    char *at = map(100, RW);
    int ends[2];
    if (pipe(ends) != 0)
        fail("pipe");
    printf("written %zd\n", write(ends[1], at + 50 * K - 100, 200));
    char got[200];
    memset(got, 'y', sizeof got);
    printf("read %zd, equal %d\n", read(ends[0], got, sizeof got), memcmp(got, zeros, sizeof got));
    printf("written %zd\n", write(ends[1], "hello", 5));
    printf("read %zd: %s\n", read(ends[0], at + 80 * K - 2, 100), at + 80 * K - 2);
    memset(at + 80 * K - 2, 0, 5);
    say("kernel", at, 100);
    munmap(at, 100 * K);
}

static void protections(void)
{
    soil();
    char *at = map(200, RW);
    at[10 * K] = at[60 * K] = 1;
    protect(at + 5 * K, 100, PROT_NONE);
    protect(at + 20 * K, 50, PROT_READ);
    say("read only", at + 20 * K, 50);
    protect(at, 200, RW);
    say("all", at, 200);
    protect(at + 100 * K, 100, PROT_READ | PROT_EXEC);
    say("code", at + 100 * K, 100);
    munmap(at, 200 * K);

    soil();
    at = map(400, PROT_NONE);
    for (long i = 390; i >= 0; i -= 30) {
        protect(at + i * K, 10, RW);
        say("opened", at + i * K, 10);
        at[i * K] = 1;
    }
    protect(at, 400, RW);
    say("opened all", at, 400);
    munmap(at, 400 * K);
}

static void movements(void)
{
    soil();
    char *at = map(64, RW);
    at[3 * K] = at[40 * K] = 1;
    at = mremap(at, 64 * K, 300 * K, MREMAP_MAYMOVE);
    if (at == MAP_FAILED)
        fail("mremap");
    say("grown", at, 300);
    at = mremap(at, 300 * K, 20 * K, MREMAP_MAYMOVE);
    soil();
    at = mremap(at, 20 * K, 30 * K, MREMAP_MAYMOVE);
    say("grown again", at, 30);
    madvise(at, 10 * K, MADV_DONTNEED);
    say("given up", at, 30);
    munmap(at, 30 * K);

    soil();
    at = map(40, RW);
    printf("locked %d\n", mlock(at + 5 * K, 7 * K));
    say("locked", at, 40);
    munmap(at, 40 * K);

    soil();
    at = map(40, RW);
    printf("populated %d\n", madvise(at + 2 * K, 30 * K, MADV_POPULATE_WRITE));
    say("populated", at, 40);
    munmap(at, 40 * K);
}

// A page table full of pages that follow each other, none of them touched.
static void whole_tables(void)
{
    soil();
    char *at = map(3 * 512, PROT_NONE);
    char *large = (char *)(((unsigned long)at + 512 * K - 1) & ~(512 * K - 1));
    protect(large, 1, RW);
    protect(large + K, 1023, RW);
    protect(large, 1024, PROT_READ);
    protect(large, 1024, RW);
    protect(large, 1024, PROT_READ);
    say("tables", large, 1024);
    munmap(at, 3 * 512 * K);
}

int main(void)
{
    touch("up", 300, 1, 0);
    touch("down", 300, -1, 299);
    touch("jumping", 307, 101, 5);
    touch("every other", 301, 2, 0);
    kernel_touches();
    protections();
    movements();
    whole_tables();
    char *heap = sbrk(0);
    soil();
    if (brk(heap + 100 * K) != 0)
        fail("brk");
    say("heap", (char *)(((unsigned long)heap + K - 1) & ~(K - 1)), 99);
    return 0;
}
