// Random operations on one file, each checked against a copy in memory. The file stays; its checksum is printed last.
// Arguments: seed, operations, and "flush" for a file system whose SEEK_DATA does not know of bytes stored through a mapping (FUSE of Linux).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { LARGEST = 300000, PAGE = 4096 };

static uint64_t state, seed;
static unsigned char model[LARGEST + PAGE], buffer[LARGEST + PAGE];
static long size, step, counts[32];
static int file, appending, flushes;
// All that the file can be, mapped shared; now and then anew.
static unsigned char *window;
static const char *what;

static uint32_t next(uint32_t limit)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % limit;
}

static void fail(long got, long wanted)
{
    printf("seed %lu step %ld: %s gives %ld and not %ld (%s), size %ld\n", (unsigned long)seed, step, what, got, wanted, strerrorname_np(errno), size);
    fflush(stdout);
    exit(1);
}

static void must(long got, long wanted) { if (got != wanted) fail(got, wanted); }

static void compare(const unsigned char *found, long at, long length)
{
    for (long i = 0; i < length; i++)
        if (found[i] != model[at + i]) {
            printf("at %ld of %ld + %ld: ", at + i, at, length);
            fail(found[i], model[at + i]);
        }
}

static long left(long at, long length) { return at >= size ? 0 : at + length > size ? size - at : length; }

static void fill(long length) { for (long i = 0; i < length; i++) buffer[i] = (unsigned char)next(256); }

static void resize(long end)
{
    if (end > size)
        memset(model + size, 0, end - size);
    else
        memset(model + end, 0, size - end);
    size = end;
}

static void put(const unsigned char *from, long at, long length)
{
    if (length == 0)
        return;
    if (at + length > size)
        resize(at + length);
    memmove(model + at, from, length);
}

static void reopen(void)
{
    static const int flags[] = { O_RDWR, O_RDWR | O_CREAT, O_RDWR | O_DSYNC };
    if (file) {
        must(close(file), 0);
        must(close(appending), 0);
    }
    file = open("model.file", file ? flags[next(64) ? next(2) : 2] : O_RDWR | O_CREAT | O_TRUNC, 0644);
    appending = open("model.file", O_RDWR | O_APPEND);
    if (file < 0 || appending < 0)
        fail(file, 0);
    if (window && next(2))
        return;
    if (window)
        must(munmap(window, LARGEST), 0);
    window = mmap(0, LARGEST, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (window == MAP_FAILED)
        fail(-1, 0);
}

// A part of the file in three pieces, one of which may be empty.
static void pieces(struct iovec *v, unsigned char *from, long length)
{
    long first = length ? next(length) : 0, second = length - first ? next(length - first) : 0;
    v[0] = (struct iovec){ from, first };
    v[1] = (struct iovec){ from + first, second };
    v[2] = (struct iovec){ from + first + second, length - first - second };
}

static int allocate(int mode, long at, long length)
{
    int result = fallocate(file, mode, at, length);
    if (result < 0 && errno == EOPNOTSUPP)
        return 0;
    must(result, 0);
    return 1;
}

static void one(void)
{
    long at = next(2) ? next(LARGEST) : next(LARGEST / PAGE) * PAGE, length = next(4) ? next(3000) : next(40000);
    if (at + length > LARGEST)
        length = LARGEST - at;
    struct iovec v[3];
    int kind = next(30);
    counts[kind]++;
    switch (kind) {
    case 0: case 1:
        what = "pwrite";
        fill(length);
        must(pwrite(file, buffer, length, at), length);
        put(buffer, at, length);
        break;
    case 2: case 3:
        what = "pread";
        must(pread(file, buffer, length, at), left(at, length));
        compare(buffer, at, left(at, length));
        break;
    case 4:
        what = "write";
        fill(length);
        must(lseek(file, at, SEEK_SET), at);
        must(write(file, buffer, length), length);
        must(lseek(file, 0, SEEK_CUR), at + length);
        put(buffer, at, length);
        break;
    case 5: case 6:
        what = "read";
        must(lseek(file, at - size, SEEK_END), at);
        must(read(file, buffer, length), left(at, length));
        compare(buffer, at, left(at, length));
        must(lseek(file, -left(at, length), SEEK_CUR), at);
        break;
    case 7:
        what = "pwritev";
        fill(length);
        pieces(v, buffer, length);
        must(pwritev(file, v, 3, at), length);
        put(buffer, at, length);
        break;
    case 8:
        what = "preadv";
        pieces(v, buffer, length);
        must(preadv(file, v, 3, at), left(at, length));
        compare(buffer, at, left(at, length));
        break;
    case 9:
        what = "writev";
        fill(length);
        pieces(v, buffer, length);
        must(lseek(file, at, SEEK_SET), at);
        must(writev(file, v, 3), length);
        put(buffer, at, length);
        break;
    case 10:
        what = "readv";
        pieces(v, buffer, length);
        must(lseek(file, at, SEEK_SET), at);
        must(readv(file, v, 3), left(at, length));
        compare(buffer, at, left(at, length));
        break;
    case 11: case 12:
        what = "append";
        if (size + length > LARGEST)
            break;
        fill(length);
        must(write(appending, buffer, length), length);
        put(buffer, size, length);
        must(lseek(appending, 0, SEEK_CUR), length ? size : lseek(appending, 0, SEEK_CUR));
        break;
    case 13:
        what = "ftruncate";
        at = next(3) ? at : size / 2;
        must(ftruncate(file, at), 0);
        resize(at);
        break;
    case 14:
        what = "truncate";
        at = next(3) ? at : size - size / 4;
        must(truncate("model.file", at), 0);
        resize(at);
        break;
    case 15:
        what = "hole";
        if (length && allocate(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, length))
            memset(model + at, 0, left(at, length));
        break;
    case 16:
        what = "zeros";
        if (length && next(2) && allocate(FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, at, length))
            memset(model + at, 0, left(at, length));
        else if (length && allocate(FALLOC_FL_ZERO_RANGE, at, length)) {
            if (at + length > size)
                resize(at + length);
            memset(model + at, 0, length);
        }
        break;
    case 17:
        what = "fallocate";
        if (length && next(2))
            allocate(FALLOC_FL_KEEP_SIZE, at, length);
        else if (length && allocate(0, at, length) && at + length > size)
            resize(at + length);
        break;
    case 18: {
        what = "collapse or insert";
        long from = at / PAGE * PAGE, bytes = (length / PAGE + 1) * PAGE;
        if (next(2) && from + bytes < size && allocate(FALLOC_FL_COLLAPSE_RANGE, from, bytes)) {
            memmove(model + from, model + from + bytes, size - from - bytes);
            resize(size - bytes);
        } else if (from < size && size + bytes <= LARGEST && allocate(FALLOC_FL_INSERT_RANGE, from, bytes)) {
            memmove(model + from + bytes, model + from, size - from);
            memset(model + from, 0, bytes);
            size += bytes;
        }
        break;
    }
    case 19: {
        what = "SEEK_DATA, SEEK_HOLE";
        must(flushes ? fsync(file) : 0, 0);
        long data = lseek(file, at, SEEK_DATA), hole = lseek(file, at, SEEK_HOLE);
        if (at >= size) {
            must(data, -1);
            must(hole, -1);
            break;
        }
        if (hole < at || hole > size || (data >= 0 && data < at) || (data != at && hole != at))
            fail(data, hole);
        for (long i = at; i < (data < 0 ? size : data); i++)
            if (model[i])
                fail(0, model[i]);
        break;
    }
    case 20: {
        what = "copy_file_range";
        loff_t from = next(size + 1), to = at;
        long most = left(from, length);
        if (from + length > to && to + length > from)
            break;
        must(copy_file_range(file, &from, file, &to, length, 0), most);
        must(to, at + most);
        put(model + from - most, at, most);
        break;
    }
    case 21: case 22: {
        what = "mapped bytes";
        long first = at / PAGE * PAGE, bytes = left(first, length + at - first);
        if (bytes <= 0)
            break;
        unsigned char *map = mmap(0, bytes, PROT_READ, next(2) ? MAP_SHARED : MAP_PRIVATE, file, first);
        if (map == MAP_FAILED)
            fail(-1, 0);
        compare(map, first, bytes);
        // Behind the end there are zeros up to the end of the page.
        for (long i = bytes; first + bytes == size && i % PAGE; i++)
            must(map[i], 0);
        must(munmap(map, bytes), 0);
        break;
    }
    case 23: {
        what = "fsync or fstat";
        struct stat s;
        // Seldom: a disk takes its time.
        must(next(32) ? 0 : next(2) ? fsync(file) : fdatasync(file), 0);
        must(fstat(file, &s), 0);
        must(s.st_size, size);
        break;
    }
    case 24: case 25: case 26: {
        what = "store";
        long bytes = left(at, length);
        fill(bytes);
        memcpy(window + at, buffer, bytes > 0 ? bytes : 0);
        put(buffer, at, bytes > 0 ? bytes : 0);
        if (bytes > 0 && next(3) == 0)
            must(msync(window + at / PAGE * PAGE, bytes + at % PAGE, next(40) ? MS_ASYNC : MS_SYNC), 0);
        break;
    }
    case 27: case 28:
        what = "load";
        compare(window + at, at, left(at, length));
        break;
    default:
        what = "close and open";
        reopen();
    }
}

int main(int argc, char **argv)
{
    seed = state = strtoul(argv[1], 0, 0);
    long steps = atol(argv[2]);
    flushes = argc > 3 && !strcmp(argv[3], "flush");
    what = "open";
    reopen();
    for (step = 0; step < steps; step++)
        one();
    what = "the whole file";
    must(pread(file, buffer, LARGEST + 1, 0), size);
    compare(buffer, 0, size);
    uint64_t sum = 14695981039346656037u;
    for (long i = 0; i < size; i++)
        sum = (sum ^ model[i]) * 1099511628211u;
    printf("steps %ld size %ld sum %016lx\n", step, size, (unsigned long)sum);
    return 0;
}
