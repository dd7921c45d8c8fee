// What system calls do where the memory they are given is missing, in part missing, or not writable.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-60s %ld %s\n", #call, r_, r_ == -1 ? strerrorname_np(e_) : ""); } while (0)
#define K 4096

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    char *p = mmap(NULL, 5 * K, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *lazy = mmap(NULL, 64 * K, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    char *kernel = (char *)0xffff800000000000;
    memset(p, 'x', 4 * K);
    munmap(p + 2 * K, K);
    munmap(p + 4 * K, K);
    mprotect(p + 3 * K, K, PROT_READ);
    char *end = p + 2 * K;

    // Results at the end of memory, in memory that may not be written, in none, and in the kernel's.
    char *places[] = { end - 8, end - 4, end, p + 3 * K, p + 4 * K - 4, NULL, (char *)8, kernel, (char *)-1, (char *)0x7ffffffff000 };
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
        void *at = places[i];
        printf("place %u\n", i);
        SHOW(syscall(SYS_clock_getres, CLOCK_MONOTONIC, at) == 0 && at == NULL ? 0 : syscall(SYS_clock_getres, CLOCK_MONOTONIC, at));
        SHOW(syscall(SYS_clock_gettime, CLOCK_REALTIME, at));
        SHOW(syscall(SYS_uname, at));
        SHOW(syscall(SYS_rt_sigprocmask, 0, at, NULL, 8));
        SHOW(syscall(SYS_rt_sigprocmask, 0, NULL, at, 8));
        SHOW(syscall(SYS_newfstatat, AT_FDCWD, at, end - 200, 0) == -1 && errno == EFAULT);
        SHOW(syscall(SYS_newfstatat, AT_FDCWD, "/", at, 0));
        SHOW(syscall(SYS_open, at, O_RDONLY) == -1 && (errno == EFAULT || errno == ENOENT));
    }

    // The texts at the end of memory.
    strcpy(end - 2, "/");
    SHOW(access(end - 2, F_OK));
    end[-1] = 'x';
    SHOW(access(end - 2, F_OK));
    memset(p, '/', 2 * K);
    SHOW(access(p, F_OK));
    SHOW(access(end - 4000, F_OK));

    // Counts.
    SHOW(getrandom(end - 100, 50, 0));
    SHOW(getrandom(end, 50, 0));
    SHOW(getrandom(end, 0, 0));
    int zero = open("/dev/zero", O_RDONLY);
    SHOW(read(zero, end - 100, 50));
    SHOW(end[-100] == 0 && end[-51] == 0 && end[-50] == '/');
    SHOW(read(zero, end, 50));
    SHOW(read(zero, p + 3 * K, 50));
    SHOW(read(zero, kernel, 50));
    int null = open("/dev/null", O_WRONLY);
    SHOW(write(null, p, 50));

    // Memory that is owed is provided.
    SHOW(syscall(SYS_clock_gettime, CLOCK_REALTIME, lazy + 100));
    SHOW(read(zero, lazy + 8 * K - 10, 3 * K));
    SHOW(getrandom(lazy + 20 * K - 3, 256, 0));
    SHOW(access(lazy + 40 * K, F_OK));
    SHOW(syscall(SYS_uname, lazy + 50 * K - 20));
    SHOW(strcmp(((struct utsname *)(lazy + 50 * K - 20))->sysname, "Linux"));

    // A futex word.
    SHOW(syscall(SYS_futex, end, 1, 1, NULL, NULL, 0));
    SHOW(syscall(SYS_futex, end, 0, 1, NULL, NULL, 0));
    SHOW(syscall(SYS_futex, lazy + 60 * K, 0, 1, NULL, NULL, 0));
    SHOW(syscall(SYS_futex, kernel, 0, 1, NULL, NULL, 0));
    return 0;
}
