// Flags and error numbers of mmap, mremap, madvise, mincore, mlock, msync and membarrier, and what is in the memory afterwards.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%d %-70s %ld %s\n", __LINE__, #call, r_, r_ == -1 ? strerrorname_np(e_) : ""); } while (0)
#define KIND(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%d %-70s %s\n", __LINE__, #call, r_ == -1 ? strerrorname_np(e_) : "ok"); } while (0)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define K 4096L
#define M (1L << 20)
#define G (1L << 30)
#define DONTUNMAP 4

static int readable(void *at) { return syscall(SYS_rt_sigprocmask, 99, at, NULL, 8) == -1 && errno == EINVAL; }
static int writable(void *at) { return syscall(SYS_clock_getres, 1, at) == 0; }
static long barrier(int command, unsigned flags) { return syscall(SYS_membarrier, command, flags, 0); }

static char *fresh(long pages)
{
    // With nothing above and below.
    char *p = mmap(NULL, (pages + 2) * K, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    munmap(p, K);
    munmap(p + (pages + 1) * K, K);
    mmap(p + K, pages * K, RW, ANON | MAP_FIXED, -1, 0);
    for (long i = 0; i < pages; i++) p[(i + 1) * K] = (char)('a' + i);
    return p + K;
}

static void reservations(void)
{
    char *huge = mmap(NULL, 256 * G, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    KIND(huge);
    SHOW(mprotect(huge + 100 * G, 2 * K, RW));
    huge[100 * G] = 1;
    SHOW(huge[100 * G + K]);
    SHOW(madvise(huge, 256 * G, MADV_DONTNEED));
    SHOW(huge[100 * G]);
    KIND(mmap(huge + 100 * G, 64 * K, RW, ANON | MAP_FIXED | MAP_NORESERVE, -1, 0));
    SHOW(munmap(huge, 256 * G));
    KIND(mmap(NULL, 8 * M + K, PROT_NONE, ANON | MAP_STACK | MAP_NORESERVE, -1, 0));
    KIND(mmap(NULL, K, RW, ANON | MAP_POPULATE, -1, 0));
    KIND(mmap(NULL, K, RW, ANON | MAP_LOCKED, -1, 0));
    KIND(mmap(NULL, K, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0));
    KIND(mmap(NULL, K, RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0));
    KIND(mmap(NULL, K, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0));
    SHOW((uintptr_t)mmap(NULL, K, RW, ANON | MAP_32BIT, -1, 0) < (1UL << 31));
    KIND(mmap(NULL, 3 * G, PROT_NONE, ANON | MAP_32BIT | MAP_NORESERVE, -1, 0));
    KIND(mmap((void *)0xffff800000000001, K, RW, ANON | MAP_FIXED, -1, 0));
    KIND(mmap((void *)0x10001, K, RW, ANON | MAP_FIXED, -1, 0));
    KIND(mmap(NULL, 2 * M, RW, ANON | MAP_HUGETLB | (13 << 26), -1, 0));
    char *hinted = fresh(4);
    munmap(hinted, 4 * K);
    SHOW(mmap(hinted + 1, K, RW, ANON, -1, 0) == hinted + K);
    SHOW(mmap(hinted + K, K, RW, ANON, -1, 0) != hinted + K);
}

static void moving(void)
{
    char *p = fresh(4);
    SHOW(mremap(p, 4 * K, 2 * K, 0) == p);
    SHOW(mremap(p, 2 * K, 4 * K, 0) == p);
    SHOW(p[K] == 'b' && p[2 * K] == 0);
    KIND(mremap(p, 4 * K, 4 * K, MREMAP_FIXED));
    KIND(mremap(p, 4 * K, 4 * K, MREMAP_FIXED | MREMAP_MAYMOVE, p));
    KIND(mremap(p, 4 * K, 4 * K, MREMAP_FIXED | MREMAP_MAYMOVE, p + 2 * K));
    KIND(mremap(p, 4 * K, 4 * K, MREMAP_FIXED | MREMAP_MAYMOVE, p + 1));
    KIND(mremap(p, 4 * K, 4 * K, MREMAP_FIXED | MREMAP_MAYMOVE, 0xffff800000000000));
    KIND(mremap(p, 4 * K, 5 * K, DONTUNMAP | MREMAP_MAYMOVE, 0));
    KIND(mremap(p, 4 * K, 4 * K, DONTUNMAP, 0));
    KIND(mremap(p, 5 * K, 6 * K, MREMAP_MAYMOVE));
    KIND(mremap(p + 4 * K, K, K, MREMAP_MAYMOVE));
    KIND(mremap(p, 0, K, MREMAP_MAYMOVE));
    KIND(mremap(p, K, -1UL, MREMAP_MAYMOVE));
    char *to = fresh(4);
    SHOW(mremap(p, 2 * K, 3 * K, MREMAP_FIXED | MREMAP_MAYMOVE, to) == to);
    SHOW(to[0] == 'a' && to[K] == 'b' && to[2 * K] == 0 && to[3 * K] == 'd');
    SHOW(readable(p));
    SHOW(readable(p + 2 * K));
    p[3 * K] = 'z';
    char *q = mremap(to, 3 * K, 3 * K, DONTUNMAP | MREMAP_MAYMOVE, 0);
    SHOW(q != to && q[0] == 'a' && q[K] == 'b');
    SHOW(to[0] == 0 && to[K] == 0 && to[3 * K] == 'd');
    SHOW(mprotect(q, K, PROT_NONE));
    KIND(mremap(q, 4 * K, 8 * K, MREMAP_MAYMOVE));
    SHOW(mremap(q, K, 3 * K, 0) == q);
    char *r = mremap(q, K, 2 * K, MREMAP_MAYMOVE);
    KIND(r);
    SHOW(readable(r));
    SHOW(mprotect(r, K, PROT_READ));
    SHOW(r[0]);

    // Whole large pages and parts of them.
    char *big = mmap(NULL, 8 * M, RW, ANON, -1, 0);
    for (long i = 0; i < 8 * M; i += K) *(long *)(big + i) = i;
    mmap(big + 8 * M, K, RW, ANON | MAP_FIXED, -1, 0);
    char *moved = mremap(big, 8 * M, 12 * M, MREMAP_MAYMOVE);
    long wrong = 0;
    for (long i = 0; i < 12 * M; i += K) wrong += *(long *)(moved + i) != (i < 8 * M ? i : 0);
    SHOW(wrong);
    char *target = mmap(NULL, 8 * M, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    SHOW(mremap(moved + 3 * K, 5 * M, 5 * M, MREMAP_MAYMOVE | MREMAP_FIXED, target + 7 * K) == target + 7 * K);
    for (long i = 0; i < 5 * M; i += K) wrong += *(long *)(target + 7 * K + i) != i + 3 * K;
    for (long i = 0; i < 3 * K; i += K) wrong += *(long *)(moved + i) != i;
    for (long i = 5 * M + 3 * K; i < 8 * M; i += K) wrong += *(long *)(moved + i) != i;
    SHOW(wrong);
    SHOW(readable(moved + 3 * K));
    SHOW(readable(moved + 5 * M + 2 * K));
    SHOW(readable(target + 6 * K));
    SHOW(munmap(target, 8 * M));
    SHOW(munmap(moved, 12 * M));
}

static void advice(void)
{
    char *p = fresh(8);
    munmap(p + 4 * K, K);
    SHOW(madvise(p, 8 * K, MADV_DONTNEED));
    SHOW(p[0] == 0 && p[3 * K] == 0 && p[5 * K] == 0 && p[7 * K] == 0);
    memset(p, 1, 4 * K);
    for (int i = 0; i < 25; i++) { printf("advice %d: ", i); SHOW(madvise(p, K, i)); }
    SHOW(madvise(p, K, 100) == -1);
    SHOW(madvise(p, K, -1));
    SHOW(madvise(p + 1, K, -1));
    SHOW(madvise(p, 0, MADV_DONTNEED));
    SHOW(madvise(p, 0, 77));
    SHOW(madvise(p, -1UL, MADV_DONTNEED));
    SHOW(madvise(p, -K, MADV_DONTNEED));
    SHOW(madvise(p, 6 * K, MADV_POPULATE_READ));
    SHOW(madvise(p + 4 * K, K, MADV_POPULATE_WRITE));
    SHOW(madvise(p, 4 * K, MADV_POPULATE_WRITE));
    mprotect(p, K, PROT_READ);
    mprotect(p + K, K, PROT_NONE);
    SHOW(madvise(p, K, MADV_POPULATE_WRITE));
    SHOW(madvise(p, K, MADV_POPULATE_READ));
    SHOW(madvise(p + K, K, MADV_POPULATE_READ));
    SHOW(madvise(p + 2 * K, K, MADV_REMOVE));
    char *s = mmap(NULL, 4 * K, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(s, 7, 4 * K);
    SHOW(madvise(s, K, MADV_FREE));
    SHOW(madvise(s, K, MADV_WIPEONFORK));
    SHOW(madvise(s, K, MADV_REMOVE));
    SHOW(s[0]);
    SHOW(madvise(s, 4 * K, MADV_DONTNEED));
    SHOW(s[K]);
    SHOW(mlock(p + 2 * K, K));
    SHOW(madvise(p + 2 * K, K, MADV_DONTNEED));
    SHOW(madvise(p + 2 * K, K, MADV_FREE));
    SHOW(madvise(p + 2 * K, K, MADV_COLD));
    SHOW(madvise(p + 2 * K, K, MADV_PAGEOUT));
    SHOW(madvise(p + 2 * K, K, 24));
    SHOW(msync(p + 2 * K, K, MS_INVALIDATE));
    SHOW(munlock(p + 2 * K, K));
    SHOW(msync(p + 2 * K, K, MS_INVALIDATE));
    SHOW(madvise(p + 2 * K, K, MADV_FREE));
}

static void residence(void)
{
    unsigned char v[16];
    char *p = fresh(8);
    munmap(p + 4 * K, K);
    SHOW(mincore(p, 4 * K, v));
    SHOW(v[0] & v[1] & v[2] & v[3] & 1);
    SHOW(mincore(p, 3 * K + 1, v));
    SHOW(mincore(p, 6 * K, v));
    SHOW(mincore(p + 4 * K, K, v));
    SHOW(mincore(p + 1, K, v));
    SHOW(mincore(p, 4 * K, (void *)8));
    SHOW(mincore(p, 4 * K, (void *)0xffff800000000000));
    SHOW(mincore((void *)0xffff800000000000, K, v));
    SHOW(mincore(p, 0, v));
    SHOW(mincore(p, -1UL, v));
    char *n = mmap(NULL, 4 * K, RW, ANON | MAP_NORESERVE, -1, 0);
    SHOW(madvise(n, 4 * K, MADV_NOHUGEPAGE));
    n[K] = 1;
    SHOW(mincore(n, 4 * K, v));
    SHOW(v[1] & 1);
}

static void locks(void)
{
    char *p = fresh(8);
    munmap(p + 4 * K, K);
    SHOW(mlock(p, 4 * K));
    SHOW(mlock(p + 100, 1));
    SHOW(mlock(p, 6 * K));
    SHOW(mlock(p + 4 * K, K));
    SHOW(mlock(p, 0));
    SHOW(mlock(p + 4 * K, 0));
    SHOW(mlock(p, -1UL));
    SHOW(mlock(p, -8192UL));
    SHOW(munlock(p, 6 * K));
    SHOW(munlock(p, 4 * K));
    mprotect(p, K, PROT_NONE);
    SHOW(mlock(p, 2 * K));
    SHOW(munlock(p, 2 * K));
    SHOW(syscall(SYS_mlock2, p + K, K, 0));
    SHOW(syscall(SYS_mlock2, p + K, K, 1));
    SHOW(syscall(SYS_mlock2, p + K, K, 2));
    SHOW(mlockall(0));
    SHOW(mlockall(MCL_ONFAULT));
    SHOW(mlockall(8));
    SHOW(mlockall(MCL_CURRENT | MCL_ONFAULT));
    SHOW(madvise(p + K, K, MADV_DONTNEED));
    SHOW(munlockall());
    SHOW(madvise(p + K, K, MADV_DONTNEED));
    SHOW(mlockall(MCL_FUTURE));
    char *q = mmap(NULL, K, RW, ANON, -1, 0);
    SHOW(madvise(q, K, MADV_DONTNEED));
    SHOW(munlockall());
    SHOW(madvise(q, K, MADV_DONTNEED));
}

static void synchronization(void)
{
    char *p = fresh(8);
    munmap(p + 4 * K, K);
    SHOW(msync(p, 4 * K, 0));
    SHOW(msync(p, 6 * K, MS_SYNC));
    SHOW(msync(p, 6 * K, MS_ASYNC));
    SHOW(msync(p + 1, K, MS_SYNC));
    SHOW(msync(p, -1UL, MS_SYNC));
    SHOW(msync(p + 4 * K, 0, MS_SYNC));
    SHOW(barrier(0, 0) & 0x7f);
    SHOW(barrier(0, 1));
    SHOW(barrier(8, 0));
    SHOW(barrier(32, 0));
    SHOW(barrier(64, 0));
    SHOW(barrier(512, 0));
    SHOW(barrier(8, 0));
    SHOW(barrier(16, 0));
    SHOW(barrier(8, 0));
    SHOW(barrier(32, 0));
    SHOW(barrier(64, 0));
    SHOW(barrier(32, 0));
    SHOW(barrier(1, 0));
    SHOW(barrier(2, 0));
    SHOW(barrier(4, 0));
    SHOW(barrier(512, 0));
    SHOW(barrier(3, 0));
    SHOW(barrier(1 << 20, 0));
}

static void protection(void)
{
    char *p = fresh(8);
    SHOW(mprotect(p, K, PROT_WRITE));
    SHOW(readable(p));
    SHOW(mprotect(p, K, PROT_EXEC));
    SHOW(writable(p));
    SHOW(mprotect(p, K, PROT_READ | 0x8));
    SHOW(mprotect(p, K, PROT_READ | 0x10));
    SHOW(mprotect(p, K, PROT_READ | PROT_GROWSDOWN));
    SHOW(mprotect(p, K, PROT_READ | PROT_GROWSUP));
    SHOW(mprotect(p, K, PROT_GROWSDOWN | PROT_GROWSUP));
    SHOW(syscall(SYS_pkey_mprotect, p, K, RW, -1));
    SHOW(syscall(SYS_pkey_mprotect, p, K, RW, 99));
    SHOW(syscall(SYS_pkey_alloc, 1, 0));
    SHOW(syscall(SYS_pkey_free, 77));
    char *grown = mmap(NULL, 1024 * K, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    munmap(grown, 1024 * K);
    char *low = mmap(grown + 1020 * K, 4 * K, RW, ANON | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
    KIND(low);
    low[-1] = 5;
    low[-5 * K] = 6;
    SHOW(low[-1] + low[-5 * K]);
    SHOW(mprotect(low, K, PROT_READ | PROT_GROWSDOWN));
    SHOW(writable(low - 5 * K));
    SHOW(munmap(low - 5 * K, 9 * K));
}

static void files(void)
{
    int f = memfd_create("f", 0);
    char letters[10000];
    for (int i = 0; i < 10000; i++) letters[i] = (char)('a' + i % 26);
    SHOW(write(f, letters, sizeof letters));

    // What can be written can be read, also where writing makes a copy.
    char *w = mmap(NULL, K, PROT_WRITE, MAP_PRIVATE, f, 0);
    SHOW(readable(w));
    SHOW(w[0]);
    w[0] = 'W';
    SHOW(w[0]);
    SHOW(mprotect(w, K, PROT_NONE));
    SHOW(mprotect(w, K, PROT_WRITE));
    SHOW(w[1]);

    // Holes: the file and its shared mappings read zeros, private copies stay.
    char *p = mmap(NULL, 3 * K, RW, MAP_PRIVATE, f, 0);
    char *s = mmap(NULL, 3 * K, RW, MAP_SHARED, f, 0);
    p[K] = 'P';
    SHOW(s[K]);
    SHOW(madvise(p, K, MADV_REMOVE));
    SHOW(madvise(s + K, K, MADV_REMOVE));
    SHOW(s[K]);
    SHOW(p[K]);
    SHOW(pread(f, letters, 1, K));
    SHOW(letters[0]);
    SHOW(s[2 * K]);
    int r = open("/proc/self/exe", O_RDONLY);
    char *x = mmap(NULL, K, PROT_READ, MAP_SHARED, r, 0);
    SHOW(madvise(x, K, MADV_REMOVE));
    SHOW(mlock(s, K));
    SHOW(madvise(s, K, MADV_REMOVE));

    // The file grows while it is written, and with it what is read.
    SHOW(lseek(f, 0, SEEK_END));
    char *end = mmap(NULL, 4 * K, PROT_READ, MAP_SHARED, f, 0);
    SHOW(write(f, end + 2 * K, 2 * K));

    KIND(mmap(NULL, K, RW, MAP_SHARED_VALIDATE | 0x400, f, 0));
    KIND(mmap(NULL, K, RW, MAP_SHARED_VALIDATE | MAP_FIXED_NOREPLACE, f, 0));
    KIND(mmap(NULL, K, RW, MAP_SHARED_VALIDATE | MAP_DENYWRITE | MAP_NORESERVE, f, 0));
    int zero = open("/dev/zero", O_RDWR);
    SHOW(syscall(SYS_mmap, 0, 6 * K, RW, MAP_PRIVATE, zero, -K));
    SHOW(syscall(SYS_mmap, 0, 6 * K, RW, MAP_FIXED_NOREPLACE | MAP_ANONYMOUS, -1, 0));
    SHOW(syscall(SYS_mmap, 0, 6 * K, RW, MAP_FIXED | MAP_ANONYMOUS | MAP_SHARED_VALIDATE, -1, 0));
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    reservations();
    moving();
    advice();
    residence();
    locks();
    synchronization();
    protection();
    files();
    return 0;
}
