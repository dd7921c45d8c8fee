// When pipes with names are ready, told line by line: run by Linux and by the unikernel, in directories that are alike.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SAY(call) do { errno = 0; long r_ = (long)(call); printf("%s = %ld %s\n", #call, r_, r_ < 0 ? strerrorname_np(errno) : ""); } while (0)

static long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void show(const char *what, struct pollfd *p, int n, int timeout)
{
    long start = now();
    int r = poll(p, n, timeout);
    printf("%s: %d", what, r);
    for (int i = 0; i < n && r >= 0; i++) printf(" %x", p[i].revents);
    printf(" %s%s\n", r < 0 ? strerrorname_np(errno) : "", timeout > 0 && r == 0 && now() - start < timeout - 1 ? " too early" : "");
}

static int order(const void *a, const void *b) { return (int)((struct epoll_event *)a)->data.u32 - (int)((struct epoll_event *)b)->data.u32; }

static void events(const char *what, int e, int timeout)
{
    struct epoll_event found[20];
    int r = epoll_wait(e, found, 20, timeout);
    if (r > 0) qsort(found, r, sizeof *found, order);
    printf("%s: %d", what, r);
    for (int i = 0; i < r; i++) printf(" %u:%x", found[i].data.u32, found[i].events);
    printf(" %s\n", r < 0 ? strerrorname_np(errno) : "");
}

static int control(int e, int operation, int file, uint32_t wanted, uint32_t data)
{
    struct epoll_event event = { .events = wanted, .data.u32 = data };
    return epoll_ctl(e, operation, file, &event);
}

struct later { int file; long bytes; int reads; };

static void *act(void *argument)
{
    struct later *l = argument;
    char b[65536];
    memset(b, 'x', sizeof b);
    usleep(80000);
    if (l->reads) read(l->file, b, l->bytes); else write(l->file, b, l->bytes);
    return 0;
}

static pthread_t thread;

static void later(int file, long bytes, int reads)
{
    static struct later l;
    l = (struct later){ file, bytes, reads };
    pthread_create(&thread, 0, act, &l);
}

static void handle(int number) { }

static void drain(int file) { char b[5000]; while (read(file, b, sizeof b) > 0); }

int main(void)
{
    char b[5000];
    setvbuf(stdout, 0, _IOLBF, 0);
    mkfifo("fifo", 0600);
    mkfifo("second", 0600);
    int r = open("fifo", O_RDONLY | O_NONBLOCK), w = open("fifo", O_WRONLY | O_NONBLOCK), both = open("second", O_RDWR | O_NONBLOCK);
    int plain = open("given", O_RDONLY), directory = open(".", O_RDONLY), event = eventfd(0, EFD_NONBLOCK);

    struct pollfd p[4] = { { r, POLLIN }, { w, POLLOUT }, { both, POLLIN }, { event, POLLIN } };
    show("nothing", p, 1, 0);
    show("nothing for a while", p, 1, 50);
    show("room", p, 2, 1000);
    struct pollfd files[2] = { { plain, POLLIN | POLLOUT }, { directory, POLLIN | POLLOUT } };
    show("files", files, 2, 1000);
    later(w, 3, 0);
    show("written later", p, 1, 5000);
    pthread_join(thread, 0);
    show("still there", p, 1, 5000);
    drain(r);
    show("drained", p, 1, 0);
    struct pollfd mixed[3] = { { r, POLLIN }, { both, POLLIN }, { event, POLLIN } };
    later(event, 8, 0);
    show("the event of three", mixed, 3, 5000);
    pthread_join(thread, 0);
    read(event, b, 8);
    later(both, 1, 0);
    show("the second of three", mixed, 3, 5000);
    pthread_join(thread, 0);
    drain(both);
    show("none of three", mixed, 3, 30);

    fd_set set, out;
    struct timeval span = { 0, 30000 };
    FD_ZERO(&set); FD_SET(r, &set); FD_SET(event, &set);
    SAY(select(100, &set, 0, 0, &span));
    FD_ZERO(&set); FD_SET(r, &set);
    FD_ZERO(&out); FD_SET(w, &out);
    SAY(select(100, &set, &out, 0, 0));
    printf("%d %d\n", !!FD_ISSET(r, &set), !!FD_ISSET(w, &out));
    later(w, 1, 0);
    FD_ZERO(&set); FD_SET(r, &set);
    SAY(select(100, &set, 0, 0, 0));
    pthread_join(thread, 0);
    drain(r);

    struct sigaction action = { .sa_handler = handle };
    sigaction(SIGALRM, &action, 0);
    struct itimerval soon = { .it_value = { 0, 60000 } };
    setitimer(ITIMER_REAL, &soon, 0);
    show("a signal", p, 1, -1);
    struct timespec short_time = { 0, 20000000 };
    SAY(ppoll(p, 1, &short_time, 0));

    // Full, and room again.
    memset(b, 'y', sizeof b);
    long total = 0;
    for (ssize_t n; (n = write(w, b, sizeof b)) > 0;) total += n;
    printf("full %d\n", total > 0);
    show("no room", p + 1, 1, 30);
    later(r, 65536, 1);
    show("room again", p + 1, 1, 5000);
    pthread_join(thread, 0);
    drain(r);

    // Level.
    int e = epoll_create1(0);
    SAY(control(e, EPOLL_CTL_ADD, plain, EPOLLIN, 1));
    SAY(control(e, EPOLL_CTL_ADD, directory, EPOLLIN, 1));
    SAY(control(e, EPOLL_CTL_ADD, r, EPOLLIN, 1));
    SAY(control(e, EPOLL_CTL_ADD, r, EPOLLIN, 1));
    SAY(control(e, EPOLL_CTL_ADD, event, EPOLLIN, 2));
    events("quiet", e, 0);
    events("quiet for a while", e, 40);
    later(w, 2, 0);
    events("a pipe", e, 5000);
    pthread_join(thread, 0);
    events("still", e, 0);
    uint64_t one = 1;
    write(event, &one, 8);
    events("two", e, 0);
    read(event, b, 8);
    drain(r);
    events("quiet again", e, 0);
    later(w, 2, 0);
    events("a pipe again", e, 5000);
    pthread_join(thread, 0);
    drain(r);
    later(event, 8, 0);
    events("an event", e, 5000);
    pthread_join(thread, 0);
    read(event, b, 8);
    setitimer(ITIMER_REAL, &soon, 0);
    events("interrupted", e, -1);

    // Edge.
    SAY(control(e, EPOLL_CTL_MOD, r, EPOLLIN | EPOLLET, 3));
    events("edge: nothing", e, 0);
    write(w, "ab", 2);
    events("edge: data", e, 2000);
    events("edge: told", e, 50);
    write(w, "cd", 2);
    events("edge: more data", e, 2000);
    read(r, b, 1);
    events("edge: read in part", e, 50);
    drain(r);
    events("edge: drained", e, 50);
    for (int i = 0; i < 3; i++) {
        later(w, 5, 0);
        events("edge: later", e, 5000);
        pthread_join(thread, 0);
        drain(r);
    }
    SAY(control(e, EPOLL_CTL_MOD, r, EPOLLIN | EPOLLONESHOT, 4));
    write(w, "ab", 2);
    events("once", e, 2000);
    events("once only", e, 50);
    SAY(control(e, EPOLL_CTL_MOD, r, EPOLLIN | EPOLLONESHOT, 5));
    events("once more", e, 2000);
    drain(r);
    SAY(control(e, EPOLL_CTL_MOD, r, EPOLLIN, 6));

    // An epoll in a poll, and more pipes.
    struct pollfd nested = { e, POLLIN };
    show("nested, quiet", &nested, 1, 30);
    later(w, 1, 0);
    show("nested", &nested, 1, 5000);
    pthread_join(thread, 0);
    drain(r);
    int many[10];
    for (int i = 0; i < 10; i++) {
        char name[20];
        sprintf(name, "many%d", i);
        mkfifo(name, 0600);
        many[i] = open(name, O_RDWR | O_NONBLOCK);
        control(e, EPOLL_CTL_ADD, many[i], EPOLLIN, 100 + i);
    }
    events("many, quiet", e, 20);
    for (int i = 0; i < 10; i += 3) write(many[i], "m", 1);
    usleep(50000);
    events("many", e, 1000);
    for (int i = 0; i < 10; i++) close(many[i]);
    events("closed", e, 20);

    // The end of the other side.
    close(w);
    show("hung up", p, 1, 1000);
    events("hung up", e, 1000);
    SAY(read(r, b, 1));
    close(r);
    events("gone", e, 20);
    return 5;
}
