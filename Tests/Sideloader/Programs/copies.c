// Moves data in all ways: small and large, aligned and not, in one buffer and in many, pages touched from the last to the first.
// The peer counts whether anybody copied a byte of it on the way.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGE = 4096, LARGE = 16 << 20 };

static unsigned char pattern(size_t place, unsigned seed) { return (place * 31 + place / PAGE + seed) & 0xFF; }

static char *reversed(size_t bytes)
{
    char *memory = mmap(0, bytes + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t at = bytes + PAGE; at >= PAGE; at -= PAGE)
        memory[at - PAGE] = 0;
    return memory;
}

static void fill(char *memory, size_t bytes, unsigned seed)
{
    for (size_t i = 0; i < bytes; i++)
        memory[i] = pattern(i, seed);
}

static int holds(char *memory, size_t bytes, unsigned seed)
{
    for (size_t i = 0; i < bytes; i++)
        if ((unsigned char)memory[i] != pattern(i, seed))
            return 0;
    return 1;
}

static void once(int file, size_t bytes, size_t shift, off_t offset)
{
    char *out = reversed(bytes + shift), *in = reversed(bytes + shift);
    fill(out + shift, bytes, bytes + shift);
    ssize_t written = pwrite(file, out + shift, bytes, offset);
    ssize_t read = pread(file, in + shift, bytes, offset);
    printf("%zu bytes at +%zu to %ld: %zd written, %zd read, %s\n", bytes, shift, (long)offset, written, read, holds(in + shift, bytes, bytes + shift) ? "equal" : "DIFFERENT");
    munmap(out, bytes + shift + PAGE);
    munmap(in, bytes + shift + PAGE);
}

static void vectors(int file)
{
    static char data[50 * 1001];
    struct iovec parts[50];
    fill(data, sizeof data, 7);
    for (int i = 0; i < 50; i++)
        parts[i] = (struct iovec){ data + i * 1001, 1001 };
    lseek(file, 3, SEEK_SET);
    ssize_t written = writev(file, parts, 50);
    memset(data, 0, sizeof data);
    lseek(file, 3, SEEK_SET);
    ssize_t read = readv(file, parts, 50);
    printf("vectors: %zd written, %zd read, %s\n", written, read, holds(data, sizeof data, 7) ? "equal" : "DIFFERENT");
    memset(data, 0, sizeof data);
    read = preadv(file, parts, 49, 3);
    printf("preadv: %zd read, %s\n", read, holds(data, 49 * 1001, 7) ? "equal" : "DIFFERENT");
}

int main(void)
{
    static const size_t sizes[] = { 1, 511, 512, 4095, PAGE, PAGE + 1, 65536, 65536 + 13, LARGE };
    static const size_t shifts[] = { 0, 1, 2047, 4095 };
    int file = open("copies", O_RDWR | O_CREAT | O_TRUNC, 0600);
    for (int i = 0; i < (int)(sizeof sizes / sizeof *sizes); i++)
        for (int k = 0; k < 4 && (sizes[i] < LARGE || k < 2); k++)
            once(file, sizes[i], shifts[k], k * 77);
    vectors(file);
    close(file);
    return 0;
}
