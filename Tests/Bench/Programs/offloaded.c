// Calls that the peer carries out, each again and again: percall.c counts what the libOS executes for one. The functions that begin
// with "kind_" say which calls follow; the calls are bare instructions, so that nothing else is between them.
//
//   offloaded COUNT      in a directory of the peer that may be written
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 16 };

static char data[PAGES * PAGE] __attribute__((aligned(PAGE)));
static struct stat status;

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
KIND(preadv)
KIND(stat)
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
    REPEAT(preadv, SYS_preadv, file, (long)parts, 2, 0, 2 * PAGE)
    REPEAT(stat, SYS_stat, (long)"calls", (long)&status, 0, 0, 0)
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
