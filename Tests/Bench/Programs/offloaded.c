// Calls that the peer carries out, each again and again: percall.c counts what the libOS executes for one. The functions that begin
// with "kind_" say which calls follow; the calls are bare instructions, so that nothing else is between them.
//
//   offloaded COUNT      in a directory of the peer that may be written
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 16, REGION = 2 << 20 };

#define LONG_PATH "/a-directory/another-directory/calls"

static char data[PAGES * PAGE] __attribute__((aligned(PAGE)));
static struct stat status;

// Here a large page begins, which the kernel gives to memory that is first touched there.
static char elsewhere[2 * REGION] __attribute__((aligned(REGION)));

static long call(long number, long a, long b, long c, long d)
{
    long result;
    register long fourth __asm__("r10") = d;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
    return result;
}

#define KIND(name) __attribute__((noinline)) void kind_##name(void) { __asm__ volatile("# " #name ::: "memory"); }

KIND(lseek)
KIND(fstat)
KIND(pread)
KIND(pwrite)
KIND(read)
KIND(write)
KIND(pread_16_pages)
KIND(pread_16_apart)
KIND(preadv)
KIND(pwritev)
KIND(pread_elsewhere)
KIND(pread_large)
KIND(stat)
KIND(stat_absolute)
KIND(stat_elsewhere)
KIND(newfstatat)
KIND(access)
KIND(open)
KIND(close)
KIND(none)

#define REPEAT(kind, number, a, b, c, d, expected)                                     \
    kind_##kind();                                                                     \
    for (int i = 0; i < count; i++)                                                    \
        if (call(number, a, b, c, d) != (expected))                                    \
            return 1;                                                                  \
    kind_none();

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 10000;
    int file = open("calls", O_RDWR | O_CREAT | O_TRUNC, 0600);
    char stack[PAGE] __attribute__((aligned(PAGE)));
    struct iovec parts[] = { { data, PAGE }, { data + 3 * PAGE, PAGE } };

    for (int i = 0; i < (int)sizeof data; i++)
        data[i] = i;
    for (int i = 0; i < count / PAGES + 1; i++)
        if (write(file, data, sizeof data) != sizeof data)
            return 2;

    // Whether looking for answers pays has to be found out first.
    for (int i = 0; i < 300; i++)
        call(SYS_lseek, file, 0, SEEK_SET, 0);
    REPEAT(lseek, SYS_lseek, file, 0, SEEK_SET, 0, 0)
    REPEAT(fstat, SYS_fstat, file, (long)&status, 0, 0, 0)
    REPEAT(pread, SYS_pread64, file, (long)data, PAGE, 0, PAGE)
    REPEAT(pwrite, SYS_pwrite64, file, (long)data, PAGE, 0, PAGE)
    REPEAT(read, SYS_read, file, (long)data, PAGE, 0, PAGE)
    lseek(file, 0, SEEK_SET);
    REPEAT(write, SYS_write, file, (long)data, PAGE, 0, PAGE)
    REPEAT(pread_16_pages, SYS_pread64, file, (long)data, sizeof data, 0, sizeof data)
    // Each page by itself, in another order than that in which frames are given out.
    char *apart = mmap(0, sizeof data, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < PAGES; i++) {
        char *page = apart + i * 5 % PAGES * PAGE;
        if (mprotect(page, PAGE, PROT_READ | PROT_WRITE))
            return 5;
        *page = 1;
    }

    REPEAT(pread_16_apart, SYS_pread64, file, (long)apart, sizeof data, 0, sizeof data)
    REPEAT(preadv, SYS_preadv, file, (long)parts, 2, 0, 2 * PAGE)
    REPEAT(pwritev, SYS_pwritev, file, (long)parts, 2, 0, 2 * PAGE)
    memset(stack, 1, sizeof stack);
    elsewhere[REGION] = 1;
    REPEAT(pread_elsewhere, SYS_pread64, file, (long)(i & 1 ? stack : data), PAGE, 0, PAGE)
    REPEAT(pread_large, SYS_pread64, file, (long)(i & 1 ? elsewhere + REGION : data), PAGE, 0, PAGE)
    REPEAT(stat, SYS_stat, (long)"calls", (long)&status, 0, 0, 0)
    if (mkdir("/a-directory", 0700) || mkdir("/a-directory/another-directory", 0700) || link("calls", LONG_PATH))
        return 4;
    REPEAT(stat_absolute, SYS_stat, (long)LONG_PATH, (long)&status, 0, 0, 0)
    REPEAT(stat_elsewhere, SYS_stat, (long)"calls", (long)(i & 1 ? (void *)stack : data), 0, 0, 0)
    REPEAT(newfstatat, SYS_newfstatat, AT_FDCWD, (long)"calls", (long)&status, 0, 0)
    REPEAT(access, SYS_access, (long)"calls", R_OK, 0, 0, 0)
    for (int i = 0; i < count; i++) {
        kind_open();
        int opened = call(SYS_open, (long)"calls", O_RDONLY, 0, 0);
        kind_close();
        if (opened < 0 || call(SYS_close, opened, 0, 0, 0) != 0)
            return 3;
        kind_none();
    }
    return 0;
}
