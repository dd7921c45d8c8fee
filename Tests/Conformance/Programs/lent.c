// What a program does with its own code and constants, which may be where the kernel has the file: nothing gets into the file.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-50s %ld %s\n", #call, r_, r_ == -1 ? strerrorname_np(e_) : ""); } while (0)
#define K 4096
#define RW (PROT_READ | PROT_WRITE)

static const char text[8 * K] __attribute__((aligned(4096))) = { [0] = 'c', [4] = 't', [K] = 'b', [2 * K] = 'c', [3 * K] = 'd', [7 * K] = 'h' };

__attribute__((noipa, aligned(4096), section(".text.answer"))) static int answer(void) { return 42; }

// The compiler may not know what is in a constant that is written to.
static const volatile char *volatile seen = text;

static unsigned long sum_of(const char *path)
{
    static unsigned char buffer[64 * K];
    unsigned long sum = 0;
    int file = open(path, O_RDONLY);
    for (ssize_t n; (n = read(file, buffer, sizeof buffer)) > 0;)
        for (ssize_t i = 0; i < n; i++)
            sum = sum * 31 + buffer[i];
    close(file);
    return sum;
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    char *own = (char *)seen;
    unsigned long before = sum_of("/proc/self/exe");
    int zero = open("/dev/zero", O_RDONLY);

    // By a system call, without and with the right to write.
    SHOW(read(zero, own, 4));
    SHOW(mprotect(own, K, RW));
    SHOW(seen[0]);
    SHOW(read(zero, own, 4));
    SHOW(seen[0]);
    SHOW(seen[4]);

    // By the program itself; the pages beside it stay.
    SHOW(mprotect(own + K, 2 * K, RW));
    own[K] = 'B';
    own[2 * K + 1] = '!';
    SHOW(seen[K]);
    SHOW(seen[2 * K]);
    SHOW(seen[2 * K + 1]);
    SHOW(mprotect(own + K, 2 * K, PROT_READ));
    SHOW(seen[K]);
    SHOW(read(zero, own + K, 1));
    SHOW(mprotect(own + K, 2 * K, PROT_NONE));
    SHOW(write(1, own + K, 1));
    SHOW(mprotect(own + K, 2 * K, RW));
    SHOW(seen[K]);

    // Moved, and taken away.
    char *place = mmap(NULL, K, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *moved = mremap(own + 3 * K, K, K, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    SHOW(moved == place);
    SHOW(moved[0]);
    SHOW(mprotect(moved, K, RW));
    moved[0] = 'D';
    SHOW(moved[0]);
    SHOW(munmap(own + 7 * K, K));
    SHOW(write(1, own + 7 * K, 1));
    SHOW(mlock(own, 2 * K));
    SHOW(own[K]);

    // Code that writes itself.
    char *code = (char *)((uintptr_t)answer & ~(uintptr_t)(K - 1));
    SHOW(answer());
    SHOW(mprotect(code, K, RW | PROT_EXEC));
    for (char *at = (char *)answer; at < (char *)answer + 16; at++)
        if (*(uint32_t *)at == 42) {
            *(uint32_t *)at = 43;
            break;
        }
    SHOW(answer());
    SHOW(mprotect(code, K, PROT_READ | PROT_EXEC));
    SHOW(answer());

    SHOW(sum_of("/proc/self/exe") == before);
    return 0;
}
