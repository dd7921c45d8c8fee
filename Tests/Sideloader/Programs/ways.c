// The borders of the kernel's short ways: paths that just fit into a request and those that do not, that end where memory does, and that lead to
// the kernel's own files; vectors of few and many buffers, of empty ones, with what is wrong in each place; buffers whose pages
// lie in any order, of any size, with a page in the middle that is not to be written.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGE = 4096, LARGE = 2 << 20, BYTES = 3 << 20 };

static int line;

static long say(const char *what, long result)
{
    int error = result < 0 ? errno : 0;
    printf("%d %s: %ld%s%s\n", ++line, what, result, error ? ", " : "", error ? strerror(error) : "");
    return result;
}

static unsigned sum(const unsigned char *at, size_t count)
{
    unsigned value = 1;
    for (size_t i = 0; i < count; i++)
        value = value * 31 + at[i];
    return value;
}

// Memory of some pages behind which there is nothing.
static char *at_the_end(int pages)
{
    char *start = mmap(0, (pages + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(start + pages * PAGE, PAGE);
    return start;
}

static void paths(void)
{
    struct stat status;
    char *page = at_the_end(1);
    // One name after another, so that each length comes up without a name that is too long.
    char path[PATH_MAX + 16];
    for (int length = 90; length < 120; length++) {
        memset(path, 'n', length);
        path[length] = 0;
        int file = open(path, O_CREAT | O_RDWR | O_EXCL, 0600);
        say("a name", file >= 0 ? length : -1);
        close(file);
        say("its status", stat(path, &status));
        char *end = page + PAGE - length - 1;
        memcpy(end, path, length + 1);
        say("at the end of memory", access(end, R_OK));
        memcpy(end + 1, path, length);
        say("without an end", access(end + 1, R_OK));
        say("gone", unlink(path));
    }

    for (int length = PATH_MAX - 3; length < PATH_MAX + 3; length++) {
        memset(path, '/', length);
        path[0] = '.';
        path[length] = 0;
        say("a long path", access(path, R_OK));
    }

    say("empty", access("", R_OK));
    say("nowhere", access((char *)8, R_OK));
    say("far away", access((char *)0x7ffffffff000, R_OK));
    say("beyond", access((char *)~0UL, R_OK));
    static const char *const internal[] = {
        "/proc/self/comm", "//proc/self/comm", "/./proc/self/comm", "/proc/../proc/self/comm", "/../proc/self/comm", "/proc/self/../self/comm", "/dev/null", "/dev/./null",
        "/sys/devices/system/cpu/online", "/dev/../dev/null", "/proc/", "/dev", "/procs", "/device", "/proc.d/x", "/..dev/null", "/dev/..null",
    };
    for (size_t i = 0; i < sizeof internal / sizeof *internal; i++) {
        printf("%s: ", internal[i]);
        say("access", access(internal[i], R_OK));
    }

    int here = open(".", O_PATH | O_DIRECTORY);
    int file = openat(here, "relative", O_CREAT | O_RDWR, 0600);
    say("at a directory", fstatat(here, "relative", &status, 0));
    say("kept", status.st_mode);
    say("at a file", fstatat(file, "relative", &status, 0));
    say("at nothing", fstatat(1000, "relative", &status, 0));
    say("absolute at nothing", faccessat(1000, "/proc/self/comm", R_OK, 0));
    say("to nowhere", fstatat(here, "relative", (struct stat *)8, 0));
    say("neither", fstatat(here, "missing", (struct stat *)8, 0));
    close(here);
    close(file);
}

static void descriptors(void)
{
    // The lowest free one, whatever is taken and given back.
    int taken[40];
    for (int i = 0; i < 40; i++)
        taken[i] = open("relative", O_RDONLY | (i & 1 ? O_CLOEXEC : 0));
    for (int i = 0; i < 40; i++)
        printf("%d:%d ", taken[i] - taken[0], fcntl(taken[i], F_GETFD));
    printf("\n");
    for (int i = 3; i < 40; i += 7)
        close(taken[i]);
    for (int i = 3; i < 40; i += 7)
        printf("%d ", open("relative", O_RDONLY) - taken[0]);
    int high = fcntl(taken[0], F_DUPFD, 700);
    printf("%d ", high);
    printf("%zd ", pread(high, taken, 0, 0));
    close(high);
    printf("%d\n", open("relative", O_RDONLY) - taken[0]);
    for (int i = 0; i < 41; i++)
        close(taken[0] + i);
}

static void vectors(void)
{
    static char a[3 * PAGE], b[3 * PAGE], empty[1];
    memset(a, 'a', sizeof a);
    memset(b, 'b', sizeof b);
    int file = open("vectors", O_CREAT | O_RDWR | O_TRUNC, 0600);
    int reader = open("vectors", O_RDONLY);
    int writer = open("vectors", O_WRONLY);
    int place = open("vectors", O_PATH);
    int directory = open(".", O_RDONLY);
    int ends[2];
    say("pipe", pipe(ends));
    char *last = at_the_end(1);
    for (int count = 0; count <= 9; count++) {
        struct iovec v[9];
        for (int i = 0; i < count; i++)
            v[i] = (struct iovec){ (i & 1 ? b : a) + 100 * i, 7 + i };
        say("pwritev", pwritev(file, v, count, 10 * count));
        say("writev", writev(file, v, count));
        say("preadv", preadv(file, v, count, 3));
        say("readv", readv(file, v, count));
        // The vector itself at the end of memory.
        struct iovec *end = (struct iovec *)(last + PAGE) - count;
        memcpy(end, v, count * sizeof *v);
        say("vector at the end", preadv(file, end, count, 0));
        say("and one more", preadv(file, end, count + 1, 0));
        printf("%u %u\n", sum((unsigned char *)a, sizeof a), sum((unsigned char *)b, sizeof b));
    }

    struct iovec v[3] = { { a, 5 }, { empty, 0 }, { b, 6 } };
    say("one is empty", preadv(file, v, 3, 0));
    v[1].iov_base = 0;
    say("and nowhere", preadv(file, v, 3, 0));
    v[1].iov_base = (void *)~0UL;
    say("and beyond", preadv(file, v, 3, 0));
    v[1] = (struct iovec){ (void *)8, 4 };
    say("the second cannot be written", preadv(file, v, 3, 0));
    say("nor read", pwritev(file, v, 3, 50));
    v[0] = v[1];
    say("the first cannot be written", preadv(file, v, 3, 0));
    say("nor at the end", preadv(file, v, 3, 1 << 20));
    v[0] = (struct iovec){ a, 5 };
    v[1] = (struct iovec){ b, SSIZE_MAX };
    say("too much", preadv(file, v, 2, 0));
    v[1] = (struct iovec){ b, (size_t)SSIZE_MAX + 1 };
    say("negative", preadv(file, v, 2, 0));
    v[1] = (struct iovec){ b, 6 };
    say("offset", preadv(file, v, 2, -1));
    say("count", preadv(file, v, -1, 0));
    say("count", preadv(file, v, 1025, 0));
    say("no vector", preadv(file, (struct iovec *)8, 2, 0));
    say("no file", preadv(1000, (struct iovec *)8, 2, 0));
    say("no file, bad offset", preadv(1000, (struct iovec *)8, 2, -1));
    say("not for reading", preadv(writer, v, 2, 0));
    say("not for writing", pwritev(reader, v, 2, 0));
    say("neither", readv(place, v, 2));
    say("a directory", readv(directory, v, 2));
    say("at the end", preadv(file, v, 2, 1 << 20));
    say("two buffers to a pipe", writev(ends[1], v, 2));
    say("back", readv(ends[0], v, 2));
    say("at an offset", preadv(ends[0], v, 2, 0));
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    say("nothing there", readv(ends[0], v, 2));
    say("preadv2", preadv2(file, v, 2, -1, 0));
    say("preadv2", preadv2(file, v, 2, 1, 0));
    say("preadv2", preadv2(file, v, 2, -2, 0));
    int appender = open("vectors", O_WRONLY | O_APPEND);
    say("appended", pwritev(appender, v, 2, 0));
    say("size", lseek(file, 0, SEEK_END));
    int descriptors[] = { file, reader, writer, place, directory, ends[0], ends[1], appender };
    for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++)
        close(descriptors[i]);
}

static void buffers(void)
{
    // Two megabytes and one more, so that page tables end in the middle.
    unsigned char *source = mmap(0, BYTES + LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned char *target = mmap(0, BYTES + LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(source, BYTES + LARGE, MADV_NOHUGEPAGE);
    madvise(target, BYTES + LARGE, MADV_NOHUGEPAGE);
    unsigned random = 12345;
    // Pages in the order of a shuffle: their frames lie anyhow.
    for (int i = 0; i < BYTES / PAGE; i++)
        target[(i * 389L % (BYTES / PAGE)) * PAGE] = 1;
    for (int i = 0; i < BYTES; i++)
        source[i] = (random = random * 1103515245 + 12345) >> 16;
    int file = open("buffers", O_CREAT | O_RDWR | O_TRUNC, 0600);
    long whole = 0;
    while (whole < BYTES)
        whole += pwrite(file, source + whole, BYTES - whole, whole);
    say("written", whole);
    static const size_t lengths[] = { 1, 4095, 4096, 4097, 8192, 12289, 32768, 32769, 36863, 65536, 65537, 69632, 131071, 262144 };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        for (int k = 0; k < 6; k++) {
            // Near the middle, where one table ends and the next begins; and anywhere.
            long middle = (LARGE - (long)((unsigned long)target % LARGE)) % LARGE;
            long start = k < 3 ? middle - (long)lengths[i] / 2 - k : (random = random * 1103515245 + 12345) % (BYTES - LARGE / 2);
            start = start < 0 || start + (long)lengths[i] > BYTES ? k : start;
            memset(target, k, BYTES);
            long done = 0;
            while (done < (long)lengths[i]) {
                long part = pread(file, target + start + done, lengths[i] - done, 77 * k + done);
                if (part <= 0)
                    break;
                done += part;
            }
            printf("%zu at %d: %ld %s %s\n", lengths[i], k, done, memcmp(target + start, source + 77 * k, lengths[i]) ? "DIFFERENT" : "equal",
                (!start || target[start - 1] == k) && target[start + lengths[i]] == k ? "alone" : "BEYOND");
            done = 0;
            while (done < (long)lengths[i]) {
                long part = pwrite(file, source + start % PAGE + done, lengths[i] - done, BYTES + done);
                if (part <= 0)
                    break;
                done += part;
            }
            memset(target, 0, lengths[i]);
            pread(file, target, 1, BYTES);
            printf("written %ld, first %d\n", done, target[0] == source[start % PAGE]);
        }
    }

    // Nothing was touched there; and a page that may be read only, and one that is not there.
    unsigned char *fresh = mmap(0, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    say("untouched", pread(file, fresh + 5, 60 * PAGE, 0) == 60 * PAGE && !memcmp(fresh + 5, source, 60 * PAGE));
    mprotect(fresh + 20 * PAGE, PAGE, PROT_READ);
    say("up to what may not be written", pread(file, fresh, 40 * PAGE, 0));
    say("from there", pread(file, fresh + 20 * PAGE, 4 * PAGE, 0));
    say("written from it", pwrite(file, fresh, 40 * PAGE, 0));
    munmap(fresh + 30 * PAGE, PAGE);
    say("up to what is not there", pwrite(file, fresh + PAGE, 40 * PAGE, 0));
    struct iovec v[] = { { fresh, PAGE }, { fresh + 19 * PAGE, 2 * PAGE }, { fresh + 40 * PAGE, PAGE } };
    say("a vector over it", preadv(file, v, 3, 0));
    close(file);
}

int main(void)
{
    // What the one who started it left open.
    for (int i = 3; i < 200; i++)
        close(i);
    setvbuf(stdout, 0, _IOFBF, 1 << 16);
    paths();
    descriptors();
    vectors();
    buffers();
    return 0;
}
