// Results and error numbers of the calls about memory, and what is in the memory.
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-62s %ld %s\n", #call, r_, r_ == -1 ? strerrorname_np(e_) : ""); } while (0)
#define KIND(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-62s %s\n", #call, r_ == -1 ? strerrorname_np(e_) : "ok"); } while (0)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define K 4096

static int readable(void *at) { return syscall(SYS_rt_sigprocmask, 99, at, NULL, 8) == -1 && errno == EINVAL; }

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    syscall(SYS_close_range, 3, ~0U, 0);
    KIND(mmap(NULL, 0, RW, ANON, -1, 0));
    KIND(mmap((void *)1, K, RW, ANON | MAP_FIXED, -1, 0));
    KIND(mmap((void *)0xffff800000000000, K, RW, ANON | MAP_FIXED, -1, 0));
    KIND(mmap((void *)0x7ffffffff000, K, RW, ANON | MAP_FIXED, -1, 0));
    KIND(mmap(NULL, -1UL, RW, ANON, -1, 0));
    KIND(mmap(NULL, -K, RW, ANON, -1, 0));
    KIND(mmap(NULL, 1UL << 47, PROT_NONE, ANON | MAP_NORESERVE, -1, 0));
    KIND(mmap(NULL, 1UL << 45, PROT_NONE, ANON | MAP_NORESERVE, -1, 0));
    KIND(mmap(NULL, K, RW, MAP_ANONYMOUS, -1, 0));
    KIND(mmap(NULL, K, RW, ANON | MAP_SHARED, -1, 0));
    KIND(mmap(NULL, K, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    KIND(mmap(NULL, K, RW, ANON, -1, 1));
    KIND(mmap(NULL, K, RW, ANON, 99, K));
    KIND(mmap(NULL, K, RW, MAP_PRIVATE, -1, 0));

    char *p = mmap(NULL, 8 * K, RW, ANON, -1, 0);
    for (int i = 0; i < 8; i++) p[i * K] = (char)('a' + i);
    SHOW(munmap(p + 2 * K, K));
    SHOW(munmap(p + 2 * K, K));
    SHOW(munmap(p + 1, K));
    SHOW(munmap(p, 0));
    SHOW(munmap((void *)0xffff800000000000, K));
    SHOW(mprotect(p, 2 * K, PROT_READ));
    SHOW(mprotect(p, 4 * K, PROT_NONE));
    SHOW(readable(p));
    SHOW(readable(p + K));
    SHOW(readable(p + 3 * K));
    SHOW(mprotect(p, 2 * K, RW));
    SHOW(p[0]);
    SHOW(p[K]);
    SHOW(mprotect(p + 1, K, RW));
    SHOW(mprotect(p, 0, RW));
    SHOW(mprotect(p + 2 * K, K, RW));
    SHOW(mprotect(p, K, 0x40));
    SHOW(mprotect(p, K, RW | PROT_EXEC));
    SHOW(mprotect(p, K, RW));
    SHOW(mprotect(p, -K, RW));
    KIND(mmap(p + 2 * K, K, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0));
    KIND(mmap(p + 2 * K, K, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0));
    SHOW(p[2 * K]);
    KIND(mmap(p + 4 * K, K, RW, ANON | MAP_FIXED, -1, 0));
    SHOW(p[4 * K]);
    SHOW(p[5 * K]);
    SHOW(madvise(p + 5 * K, K, MADV_DONTNEED));
    SHOW(p[5 * K]);
    SHOW(p[6 * K]);
    SHOW(madvise(p + 1, K, MADV_DONTNEED));
    SHOW(madvise(p, K, 12345));
    SHOW(madvise(p, K, MADV_WILLNEED));
    SHOW(munmap(p + 6 * K, K));
    SHOW(madvise(p, 8 * K, MADV_DONTNEED));
    SHOW(madvise(p + 6 * K, K, MADV_NORMAL));
    SHOW(msync(p, K, MS_SYNC));
    SHOW(msync(p, K, MS_SYNC | MS_ASYNC));
    SHOW(msync(p, K, 64));
    SHOW(msync(p + 6 * K, K, MS_SYNC));
    SHOW(mlock(p, K));
    SHOW(mlock(p + 6 * K, K));
    SHOW(munlock(p, K));

    char *q = mmap(NULL, 16 * K, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    SHOW(readable(q));
    SHOW(mprotect(q + 3 * K, 2 * K, RW));
    memset(q + 3 * K, 'q', 2 * K);
    SHOW(q[4 * K]);
    SHOW(mprotect(q + 3 * K, K, PROT_NONE));
    SHOW(mprotect(q + 3 * K, K, RW));
    SHOW(q[3 * K]);
    KIND(mmap(q + 3 * K, K, PROT_NONE, ANON | MAP_FIXED, -1, 0));
    SHOW(mprotect(q + 3 * K, K, RW));
    SHOW(q[3 * K]);

    char *m = mmap(NULL, 4 * K, RW, ANON, -1, 0);
    strcpy(m, "moved");
    char *blocker = mmap(m + 4 * K, K, RW, ANON | MAP_FIXED, -1, 0);
    SHOW(mremap(m, 4 * K, 8 * K, 0) == MAP_FAILED ? -1 : 0);
    char *n = mremap(m, 4 * K, 8 * K, MREMAP_MAYMOVE);
    SHOW(strcmp(n, "moved"));
    SHOW(n[7 * K]);
    SHOW(readable(m));
    SHOW(mremap(n, 8 * K, 2 * K, 0) == n);
    SHOW(readable(n + 2 * K));
    SHOW(mremap(n + 1, K, 2 * K, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    SHOW(mremap(n, 2 * K, 0, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    SHOW(mremap(n, 2 * K, K, 8) == MAP_FAILED ? -1 : 0);
    SHOW(mremap(n + 4 * K, K, 2 * K, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    SHOW(blocker[0]);

    char *end = sbrk(0);
    SHOW(brk(end + 100 * K));
    memset(end, 1, 100 * K);
    SHOW(brk(end + 10));
    SHOW(brk(end + 100 * K));
    SHOW(end[50 * K]);
    SHOW(syscall(SYS_brk, 0) == (long)(end + 100 * K));
    SHOW(syscall(SYS_brk, 1L << 46) == (long)(end + 100 * K));
    SHOW(brk(end));

    // Ten thousand areas that cannot be joined, taken away in another order.
    char *many = mmap(NULL, 20000L * K, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    int failed = 0;
    for (long i = 0; i < 10000; i++) failed += mprotect(many + (i * 7919 % 10000) * 2 * K, K, RW) != 0;
    SHOW(failed);
    for (long i = 0; i < 10000; i++) many[i * 2 * K] = (char)i;
    long sum = 0;
    for (long i = 0; i < 10000; i++) sum += many[i * 2 * K];
    SHOW(sum);
    for (long i = 0; i < 10000; i++) failed += munmap(many + (i * 7907 % 10000) * 2 * K, K) != 0;
    SHOW(failed);
    SHOW(munmap(many, 20000L * K));

    // The heap of the C library.
    void *blocks[1000];
    unsigned seed = 1;
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 1000; i++) {
            seed = seed * 1103515245 + 12345;
            size_t size = (seed >> 8) % (round % 5 == 0 ? 200000 : 3000);
            blocks[i] = round == 0 ? malloc(size) : realloc(blocks[i], size + 1);
            if (blocks[i]) memset(blocks[i], i, size);
        }
    }
    for (int i = 0; i < 1000; i++) free(blocks[i]);
    char stack[1 << 20];
    for (unsigned i = 0; i < sizeof stack; i += K) stack[sizeof stack - 1 - i] = (char)i;
    SHOW(stack[5]);
    return 0;
}
