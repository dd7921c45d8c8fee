// splice, tee and vmsplice: results, error numbers, bytes and positions, and threads that wait for each other.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-80s %ld %s\n", #call, r_, r_ == -1 ? strerrorname_np(e_) : ""); } while (0)
#define BAD ((void *)8)

static char buffer[1 << 20];
static int a[2], b[2], file, other;
static volatile sig_atomic_t broken;

static void count(int number) { (void)number; broken++; }

static void later(void) { struct timespec t = { 0, 20000000 }; nanosleep(&t, NULL); }

static int waiting(int fd) { int left = 0; ioctl(fd, FIONREAD, &left); return left; }

static unsigned sum(const char *bytes, long length)
{
    unsigned hash = 2166136261u;
    for (long i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 16777619u;
    return hash;
}

static void fresh(int flags)
{
    static int isOpen;
    if (isOpen) { close(a[0]); close(a[1]); close(b[0]); close(b[1]); }
    isOpen = 1;
    if (pipe2(a, flags) || pipe2(b, flags))
        abort();
}

static void errors(void)
{
    loff_t zero = 0, negative = -1;
    int event = eventfd(0, EFD_NONBLOCK), folder = open("/", O_RDONLY), place = open("/", O_PATH), appended = open("/tmp/appended", O_CREAT | O_RDWR | O_APPEND, 0600);
    puts("== errors");
    fresh(O_NONBLOCK);
    write(a[1], "hello", 5);
    SHOW(splice(-1, 0, -1, 0, 0, -1)); SHOW(splice(a[0], 0, b[1], 0, 5, 16)); SHOW(splice(-1, 0, b[1], 0, 5, 0)); SHOW(splice(a[0], 0, -1, 0, 5, 0));
    SHOW(splice(a[1], 0, b[1], 0, 5, 0)); SHOW(splice(a[0], 0, b[0], 0, 5, 0)); SHOW(splice(a[0], 0, a[1], 0, 5, 0));
    SHOW(splice(a[0], &zero, b[1], 0, 5, 0)); SHOW(splice(a[0], 0, b[1], &zero, 5, 0)); SHOW(splice(a[0], BAD, b[1], 0, 5, 0));
    SHOW(splice(a[0], 0, file, BAD, 5, 0)); SHOW(splice(file, BAD, a[1], 0, 5, 0)); SHOW(splice(a[0], 0, file, &negative, 5, 0)); SHOW(splice(file, &negative, a[1], 0, 5, 0));
    SHOW(splice(file, 0, other, 0, 5, 0)); SHOW(splice(a[0], 0, appended, 0, 5, 0)); SHOW(splice(a[0], 0, appended, &zero, 5, 0));
    SHOW(splice(folder, 0, a[1], 0, 5, 0)); SHOW(splice(place, 0, a[1], 0, 5, 0)); SHOW(splice(a[0], 0, event, &zero, 5, 0));
    SHOW(splice(b[0], 0, a[1], 0, 5, 0)); SHOW(splice(b[0], 0, file, 0, 5, 0)); SHOW(waiting(a[0]));
    SHOW(tee(-1, -1, 0, 0)); SHOW(tee(-1, -1, 0, 16)); SHOW(tee(-1, a[1], 5, 0)); SHOW(tee(a[0], -1, 5, 0)); SHOW(tee(a[0], a[1], 5, 0)); SHOW(tee(a[0], file, 5, 0)); SHOW(tee(file, a[1], 5, 0));
    SHOW(tee(b[0], a[1], 5, 0)); SHOW(tee(a[1], b[1], 5, 0)); SHOW(tee(a[0], b[0], 5, 0));
    struct iovec v = { buffer, 5 }, far = { BAD, 5 };
    SHOW(vmsplice(-1, &v, 1, 0)); SHOW(vmsplice(a[1], &v, 1, 16)); SHOW(vmsplice(file, &v, 1, 0)); SHOW(vmsplice(file, &v, 0, 0)); SHOW(vmsplice(a[1], BAD, 1, 0)); SHOW(vmsplice(a[1], &far, 1, 0));
    SHOW(vmsplice(a[1], &v, 1025, 0)); SHOW(vmsplice(a[1], &v, 0, 0)); SHOW(vmsplice(b[0], &v, 1, SPLICE_F_NONBLOCK)); SHOW(waiting(a[0]));
    close(event); close(folder); close(place); close(appended);
}

static void files(void)
{
    loff_t at = 100000;
    puts("== files");
    fresh(O_NONBLOCK);
    SHOW(lseek(file, 0, SEEK_SET)); SHOW(splice(file, 0, a[1], 0, 5000, 0)); SHOW(lseek(file, 0, SEEK_CUR)); SHOW(waiting(a[0]));
    SHOW(splice(file, &at, a[1], 0, 3000, 0)); SHOW(at); SHOW(lseek(file, 0, SEEK_CUR));
    long length = read(a[0], buffer, sizeof buffer);
    printf("%ld %u\n", length, sum(buffer, length));
    SHOW(splice(file, 0, a[1], 0, 1 << 20, 0)); SHOW(splice(file, 0, a[1], 0, 1, 0)); SHOW(lseek(file, 0, SEEK_CUR));
    at = 7;
    SHOW(splice(a[0], 0, other, &at, 10000, 0)); SHOW(at); SHOW(lseek(other, 0, SEEK_CUR)); SHOW(splice(a[0], 0, other, 0, 1 << 20, SPLICE_F_MOVE | SPLICE_F_MORE)); SHOW(lseek(other, 0, SEEK_CUR));
    struct stat status;
    fstat(other, &status);
    length = pread(other, buffer, sizeof buffer, 0);
    printf("%ld %ld %u\n", (long)status.st_size, length, sum(buffer, length));
    at = 200000;
    SHOW(splice(file, &at, a[1], 0, 10, 0)); SHOW(at);
}

static void pipes(void)
{
    puts("== pipes");
    fresh(O_NONBLOCK);
    memset(buffer, 'x', 100000);
    memcpy(buffer, "one two three", 13);
    SHOW(write(a[1], buffer, 13)); SHOW(tee(a[0], b[1], 7, 0)); SHOW(waiting(a[0])); SHOW(waiting(b[0])); SHOW(splice(a[0], 0, b[1], 0, 3, 0)); SHOW(splice(a[0], 0, b[1], 0, 100, 0)); SHOW(splice(a[0], 0, b[1], 0, 100, 0));
    char text[64] = "";
    SHOW(read(b[0], text, sizeof text)); puts(text);
    SHOW(write(a[1], buffer, 100000)); SHOW(tee(a[0], b[1], 100000, 0)); SHOW(tee(a[0], b[1], 1, 0)); SHOW(splice(a[0], 0, b[1], 0, 1, 0)); SHOW(read(b[0], buffer, 10000)); SHOW(splice(a[0], 0, b[1], 0, 100000, 0)); SHOW(waiting(a[0])); SHOW(waiting(b[0]));
    fresh(0);
    SHOW(write(a[1], "last", 4)); SHOW(close(a[1])); SHOW(tee(a[0], b[1], 10, 0)); SHOW(splice(a[0], 0, b[1], 0, 10, 0)); SHOW(splice(a[0], 0, b[1], 0, 10, 0)); SHOW(tee(a[0], b[1], 10, 0)); SHOW(splice(a[0], 0, file, 0, 10, 0));
    a[1] = dup(1);
    fresh(0);
    close(b[0]);
    b[0] = dup(1);
    SHOW(write(a[1], "lost", 4)); SHOW(splice(a[0], 0, b[1], 0, 4, 0)); SHOW(tee(a[0], b[1], 4, 0)); SHOW(splice(file, 0, b[1], 0, 4, 0)); SHOW(broken); SHOW(waiting(a[0]));
}

static void memory(void)
{
    puts("== memory");
    fresh(O_NONBLOCK);
    struct iovec v[2] = { { "hello ", 6 }, { "world", 5 } }, into[2] = { { buffer, 4 }, { buffer + 4, 100 } };
    memset(buffer, 0, 200);
    SHOW(vmsplice(a[1], v, 2, 0)); SHOW(waiting(a[0])); SHOW(vmsplice(a[0], into, 2, 0)); puts(buffer);
    SHOW(vmsplice(a[1], v, 2, SPLICE_F_GIFT)); SHOW(splice(a[0], 0, b[1], 0, 11, 0)); SHOW(read(b[0], buffer, 100)); puts(buffer);
}

static void sockets(void)
{
    int s[2];
    puts("== sockets");
    fresh(0);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    memset(buffer, 0, 100);
    SHOW(write(a[1], "by a socket", 11)); SHOW(splice(a[0], 0, s[0], 0, 11, 0)); SHOW(splice(s[1], 0, b[1], 0, 100, 0)); SHOW(read(b[0], buffer, 100)); puts(buffer);
    close(s[0]); close(s[1]);
}

static void *writer(void *nothing)
{
    later(); write(a[1], "late", 4);
    while (waiting(b[0]) < 8)
        sched_yield();
    later(); write(a[1], "later", 5);
    while (waiting(b[0]) < 13)
        sched_yield();
    later(); close(a[1]);
    return nothing;
}

static void *mover(void *nothing)
{
    long total = 0, moved;
    while ((moved = splice(a[0], 0, b[1], 0, 3000, 0)) > 0)
        total += moved;
    printf("moved %ld, then %ld\n", total, moved);
    close(b[1]);
    b[1] = dup(1);
    return nothing;
}

static void threads(void)
{
    pthread_t thread;
    puts("== threads");
    fresh(0);
    pthread_create(&thread, 0, writer, 0);
    SHOW(tee(a[0], b[1], 100, 0)); SHOW(splice(a[0], 0, b[1], 0, 100, 0)); SHOW(splice(a[0], 0, b[1], 0, 100, 0)); SHOW(splice(a[0], 0, b[1], 0, 100, 0));
    pthread_join(thread, 0);
    a[1] = dup(1);
    fresh(0);
    pthread_create(&thread, 0, mover, 0);
    long total = 0, length;
    for (int i = 0; i < 100; i++) {
        memset(buffer, i, 7777);
        write(a[1], buffer, 7777);
        while (waiting(b[0]) > 0) {
            length = read(b[0], buffer, 5000);
            total += length;
        }
    }
    close(a[1]);
    a[1] = dup(1);
    while ((length = read(b[0], buffer, sizeof buffer)) > 0)
        total += length;
    pthread_join(thread, 0);
    printf("read %ld\n", total);
}

int main(void)
{
    signal(SIGPIPE, count);
    file = open("/tmp/from", O_CREAT | O_TRUNC | O_RDWR, 0600);
    other = open("/tmp/to", O_CREAT | O_TRUNC | O_RDWR, 0600);
    for (int i = 0; i < 150000; i++)
        buffer[i] = (char)(i * 7 + i / 1000);
    write(file, buffer, 150000);
    errors();
    files();
    pipes();
    memory();
    sockets();
    threads();
    return 0;
}
