// Random operations on one file, checked against a copy in memory: same seed, same output on every kernel.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { LARGEST = 300000 };

static uint64_t state;
static unsigned char model[LARGEST + 1], buffer[LARGEST + 1];
static long size;

static uint32_t next(uint32_t limit)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % limit;
}

static void fail(const char *what, long step)
{
    printf("step %ld: %s differs\n", step, what);
    fflush(stdout);
    exit(1);
}

static void fill(long length)
{
    for (long i = 0; i < length; i++)
        buffer[i] = (unsigned char)next(256);
}

static void grow(long end)
{
    if (end > size) {
        memset(model + size, 0, end - size);
        size = end;
    }
}

static void run(uint64_t seed, long steps)
{
    state = seed;
    size = 0;
    int fd = open("fsx.file", O_CREAT | O_TRUNC | O_RDWR, 0600), append = open("fsx.file", O_WRONLY | O_APPEND);
    unsigned long sum = 0;
    for (long step = 0; step < steps; step++) {
        long at = next(2) ? next(LARGEST) : next(LARGEST / 4096) * 4096, length = next(4) ? next(3000) : next(40000);
        if (at + length > LARGEST)
            length = LARGEST - at;
        long result;
        switch (next(12)) {
        case 0: case 1:
            fill(length);
            result = pwrite(fd, buffer, length, at);
            if (result != length)
                fail("pwrite", step);
            if (length != 0) {
                if (at > size)
                    grow(at);
                if (at + length > size)
                    size = at + length;
                memcpy(model + at, buffer, length);
            }
            break;
        case 2: case 3:
            result = pread(fd, buffer, length, at);
            if (result != (at >= size ? 0 : at + length > size ? size - at : length) || memcmp(buffer, model + at, result) != 0)
                fail("pread", step);
            break;
        case 4: {
            long to = next(3) ? at : size / 2;
            if (ftruncate(fd, to) != 0)
                fail("ftruncate", step);
            if (to > size)
                grow(to);
            size = to;
            break;
        }
        case 5:
            result = fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, length);
            if (result != (length ? 0 : -1))
                fail("punch", step);
            if (at < size)
                memset(model + at, 0, at + length > size ? size - at : length);
            break;
        case 6:
            result = fallocate(fd, next(2) ? FALLOC_FL_KEEP_SIZE : 0, at, length ? length : 1);
            struct stat s;
            fstat(fd, &s);
            grow(s.st_size);
            break;
        case 7: {
            if (size + length > LARGEST)
                break;
            fill(length);
            struct iovec v[3] = { { buffer, length / 3 }, { buffer + length / 3, length / 2 - length / 3 }, { buffer + length / 2, length - length / 2 } };
            result = writev(append, v, 3);
            if (result != length || lseek(append, 0, SEEK_CUR) != size + length)
                fail("append", step);
            memcpy(model + size, buffer, length);
            size += length;
            break;
        }
        case 8: {
            off_t in = next(size + 1), out = at;
            if (in + length > out && out + length > in)
                break;
            long most = in >= size ? 0 : in + length > size ? size - in : length;
            result = copy_file_range(fd, &in, fd, &out, length, 0);
            if (result != most)
                fail("copy_file_range", step);
            if (result > 0) {
                in -= result;
                if (at + result > size) {
                    memset(model + size, 0, at > size ? at - size : 0);
                    size = at + result;
                }
                memmove(model + at, model + in, result);
            }
            break;
        }
        case 9: {
            fstat(fd, &s);
            if (s.st_size != size)
                fail("size", step);
            sum = sum * 31 + s.st_blocks;
            break;
        }
        case 10: {
            long data = lseek(fd, at, SEEK_DATA), hole = lseek(fd, at, SEEK_HOLE);
            if (at < size && (hole < at || hole > size || (data >= 0 && data < at)))
                fail("lseek", step);
            for (long i = at; i < size && i < data; i++)
                if (model[i] != 0)
                    fail("hole", step);
            sum = sum * 31 + data * 7 + hole;
            break;
        }
        default: {
            struct iovec v[2] = { { buffer + 1000, length / 2 }, { buffer + 200000, length - length / 2 } };
            if (length > 90000)
                break;
            result = preadv(fd, v, 2, at);
            long most = at >= size ? 0 : at + length > size ? size - at : length, first = length / 2 < most ? length / 2 : most;
            if (result != most || memcmp(buffer + 1000, model + at, first) != 0 || memcmp(buffer + 200000, model + at + first, most - first) != 0)
                fail("preadv", step);
            break;
        }
        }
    }
    long result = pread(fd, buffer, LARGEST, 0);
    if (result != size || memcmp(buffer, model, size) != 0)
        fail("contents", steps);
    for (long i = 0; i < size; i++)
        sum = sum * 31 + model[i];
    printf("seed %lu: size %ld sum %lx\n", (unsigned long)seed, size, sum);
    close(fd);
    close(append);
    unlink("fsx.file");
}

int main(int argc, char **argv)
{
    long steps = argc > 1 ? atol(argv[1]) : 3000, seeds = argc > 2 ? atol(argv[2]) : 6;
    for (long seed = 1; seed <= seeds; seed++)
        run(seed, steps);
    return 0;
}
