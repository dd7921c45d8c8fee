// Pipes, event counters, timers, poll, select and epoll: results, error numbers, and threads that wake each other.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-70s %ld %s\n", #call, r_, r_ == -1 ? strerrorname_np(e_) : ""); } while (0)
#define BAD ((void *)8)

static char buffer[1 << 20];

static unsigned events(int fd)
{
    struct pollfd p = { fd, 0x3fff, 0 };
    poll(&p, 1, 0);
    return p.revents;
}

static void later(void) { struct timespec t = { 0, 20000000 }; nanosleep(&t, NULL); }

static int64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000L + t.tv_nsec; }

static void pipes(void)
{
    int p[2];
    puts("== pipes");
    SHOW(pipe2(p, O_APPEND));
    SHOW(syscall(SYS_pipe, BAD));
    SHOW(pipe2(p, O_NONBLOCK | O_CLOEXEC));
    SHOW(fcntl(p[0], F_GETFD)); SHOW(fcntl(p[0], F_GETFL)); SHOW(fcntl(p[1], F_GETFL));
    SHOW(read(p[0], buffer, 1)); SHOW(read(p[0], buffer, 0)); SHOW(read(p[1], buffer, 1)); SHOW(write(p[0], buffer, 1));
    SHOW(lseek(p[0], 0, SEEK_CUR)); SHOW(pread(p[0], buffer, 1, 0));
    SHOW(write(p[1], BAD, 1)); SHOW(write(p[1], "hello", 5)); SHOW(read(p[0], BAD, 5)); SHOW(read(p[0], buffer, 3));
    int left = 0;
    SHOW(ioctl(p[0], FIONREAD, &left)); SHOW(left); SHOW(ioctl(p[1], FIONREAD, &left)); SHOW(left); SHOW(ioctl(p[0], FIONREAD, BAD)); SHOW(ioctl(p[0], TCGETS, buffer));
    SHOW(events(p[0])); SHOW(events(p[1]));
    SHOW(write(p[1], buffer, 200000)); SHOW(write(p[1], buffer, 1)); SHOW(write(p[1], buffer, 0)); SHOW(events(p[1]));
    SHOW(read(p[0], buffer, 4000)); SHOW(write(p[1], buffer, 4096)); SHOW(events(p[1])); SHOW(read(p[0], buffer, 200)); SHOW(write(p[1], buffer, 4096)); SHOW(write(p[1], buffer, 4097));
    SHOW(fcntl(p[0], F_GETPIPE_SZ)); SHOW(fcntl(p[0], F_SETPIPE_SZ, 4096)); SHOW(fcntl(p[0], F_SETPIPE_SZ, 100000)); SHOW(fcntl(p[1], F_GETPIPE_SZ)); SHOW(fcntl(p[0], F_SETPIPE_SZ, -1)); SHOW(fcntl(0, F_GETPIPE_SZ));
    SHOW(write(p[1], buffer, 200000)); SHOW(read(p[0], buffer, 1 << 20)); SHOW(read(p[0], buffer, 1));
    struct iovec v[3] = { { "ab", 2 }, { "cde", 3 }, { "f", 1 } };
    SHOW(writev(p[1], v, 3)); SHOW(read(p[0], buffer, 100)); printf("%.6s\n", buffer);
    SHOW(close(p[1])); SHOW(events(p[0])); SHOW(read(p[0], buffer, 1));
    close(p[0]);
    pipe2(p, O_NONBLOCK);
    close(p[0]);
    SHOW(events(p[1])); SHOW(write(p[1], "x", 1));
    close(p[1]);
    SHOW(pipe2(p, O_DIRECT | O_NONBLOCK)); SHOW(fcntl(p[1], F_GETFL)); SHOW(fcntl(p[0], F_GETFL));
    SHOW(write(p[1], "packet", 6)); SHOW(write(p[1], "two", 3)); SHOW(read(p[0], buffer, 2)); SHOW(read(p[0], buffer, 10)); SHOW(write(p[1], buffer, 5000)); SHOW(read(p[0], buffer, 9000)); SHOW(read(p[0], buffer, 9000));
    close(p[0]); close(p[1]);
}

static int ends[2];

// Waits until the other thread has read everything and is likely to wait again.
static void drained(void)
{
    int left;
    do { later(); ioctl(ends[1], FIONREAD, &left); } while (left != 0);
}

static void *slow_writer(void *unused)
{
    for (int i = 0; i < 3; i++) { drained(); write(ends[1], "abcdef", i + 1); }
    drained();
    close(ends[1]);
    return NULL;
}

static int go;

static void *late_writer(void *unused)
{
    uint64_t v;
    later();
    write(ends[1], "abc", 3);
    read(go, &v, 8);
    close(ends[1]);
    return NULL;
}

static void *bulk_writer(void *total)
{
    long sent = 0;
    for (long n; sent < (long)total && (n = write(ends[1], buffer + sent % 1000, (long)total - sent)) > 0;)
        sent += n;
    close(ends[1]);
    return (void *)sent;
}

static void *closer(void *unused) { later(); close(ends[0]); return NULL; }

static void blocking_pipes(void)
{
    pthread_t t;
    void *sent;
    puts("== blocking pipes");
    pipe(ends);
    pthread_create(&t, NULL, slow_writer, NULL);
    SHOW(read(ends[0], buffer, 100)); SHOW(read(ends[0], buffer, 100)); SHOW(read(ends[0], buffer, 2)); SHOW(read(ends[0], buffer, 100)); SHOW(read(ends[0], buffer, 100));
    pthread_join(t, NULL);
    close(ends[0]);

    pipe(ends);
    for (int i = 0; i < sizeof buffer; i++) buffer[i] = i % 251;
    pthread_create(&t, NULL, bulk_writer, (void *)900000L);
    static char copy[1 << 20];
    long got = 0, sum = 0;
    for (long n; (n = read(ends[0], copy + got, 7777)) > 0;) got += n;
    for (long i = 0; i < got; i++) sum += copy[i] * (i % 7);
    pthread_join(t, &sent);
    SHOW(got); SHOW(sum); SHOW((long)sent);
    close(ends[0]);

    // A writer that waits for room hears that the reader is gone.
    pipe(ends);
    pthread_create(&t, NULL, closer, NULL);
    SHOW(write(ends[1], buffer, 100000)); SHOW(write(ends[1], buffer, 1));
    pthread_join(t, NULL);
    close(ends[1]);
}

static int counter;

static void *slow_adder(void *value) { later(); uint64_t v = (uint64_t)value; write(counter, &v, 8); return NULL; }

static void *slow_taker(void *unused) { later(); uint64_t v; read(counter, &v, 8); return NULL; }

static void counters(void)
{
    uint64_t v = 0;
    pthread_t t;
    puts("== counters");
    SHOW(eventfd(0, 4)); 
    counter = eventfd(5, EFD_NONBLOCK | EFD_CLOEXEC);
    SHOW(fcntl(counter, F_GETFL)); SHOW(fcntl(counter, F_GETFD)); SHOW(events(counter));
    SHOW(read(counter, &v, 8)); SHOW(v); SHOW(read(counter, &v, 8)); SHOW(events(counter)); SHOW(read(counter, &v, 7)); SHOW(read(counter, buffer, 100)); SHOW(read(counter, BAD, 8));
    v = -1; SHOW(write(counter, &v, 8)); v = -2; SHOW(write(counter, &v, 8)); SHOW(events(counter)); v = 1; SHOW(write(counter, &v, 8)); SHOW(write(counter, &v, 4)); SHOW(write(counter, BAD, 8));
    SHOW(lseek(counter, 0, SEEK_SET));
    close(counter);
    counter = eventfd(2, EFD_SEMAPHORE);
    SHOW(read(counter, &v, 8)); SHOW(v); SHOW(read(counter, &v, 8)); SHOW(v);
    pthread_create(&t, NULL, slow_adder, (void *)3);
    SHOW(read(counter, &v, 8)); SHOW(v);
    pthread_join(t, NULL);
    close(counter);
    counter = eventfd(0, 0);
    v = -2; write(counter, &v, 8);
    pthread_create(&t, NULL, slow_taker, NULL);
    v = 7; SHOW(write(counter, &v, 8)); SHOW(read(counter, &v, 8)); SHOW(v);
    pthread_join(t, NULL);
    close(counter);
}

static void timers(void)
{
    puts("== timers");
    uint64_t v = 0;
    SHOW(timerfd_create(2, 0)); SHOW(timerfd_create(CLOCK_MONOTONIC, 1));
    int t = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    SHOW(fcntl(t, F_GETFL)); SHOW(events(t)); SHOW(read(t, &v, 8)); SHOW(read(t, &v, 4)); SHOW(write(t, &v, 8));
    struct itimerspec s = { { 0, 0 }, { 0, 200000000 } }, o;
    SHOW(timerfd_settime(t, 0, &s, NULL)); SHOW(timerfd_settime(t, 4, &s, NULL)); SHOW(timerfd_settime(0, 0, &s, NULL)); SHOW(timerfd_settime(99, 0, &s, NULL)); SHOW(timerfd_settime(t, 0, BAD, NULL)); SHOW(timerfd_gettime(t, BAD)); SHOW(timerfd_gettime(99, &o));
    SHOW(timerfd_gettime(t, &o)); SHOW(o.it_value.tv_sec == 0 && o.it_value.tv_nsec > 0 && o.it_value.tv_nsec <= 200000000);
    struct pollfd p = { t, POLLIN, 0 };
    SHOW(poll(&p, 1, -1)); SHOW(p.revents); SHOW(read(t, &v, 8)); SHOW(v); SHOW(read(t, &v, 8));
    SHOW(timerfd_gettime(t, &o)); SHOW(o.it_value.tv_nsec);
    fcntl(t, F_SETFL, 0);
    int64_t begin = now();
    s.it_interval.tv_nsec = 5000000; s.it_value.tv_nsec = 5000000;
    SHOW(timerfd_settime(t, 0, &s, &o)); SHOW(o.it_value.tv_nsec);
    long sum = 0;
    while (sum < 6) { if (read(t, &v, 8) != 8) break; sum += v; }
    SHOW(now() - begin >= 30000000);
    struct timespec pause = { 0, 52000000 };
    nanosleep(&pause, NULL);
    SHOW(read(t, &v, 8)); SHOW(v >= 8);
    s = (struct itimerspec){ { 0, 0 }, { 0, 0 } };
    SHOW(timerfd_settime(t, 0, &s, &o)); SHOW(o.it_interval.tv_nsec);
    struct timespec clock;
    clock_gettime(CLOCK_MONOTONIC, &clock);
    int64_t past = clock.tv_sec * 1000000000L + clock.tv_nsec - 35000000;
    s = (struct itimerspec){ { 0, 10000000 }, { past / 1000000000, past % 1000000000 } };
    SHOW(timerfd_settime(t, TFD_TIMER_ABSTIME, &s, NULL)); SHOW(read(t, &v, 8)); SHOW(v >= 4);
    s = (struct itimerspec){ { 0, 0 }, { 0, 1000000000 } };
    SHOW(timerfd_settime(t, 0, &s, NULL));
    int w = timerfd_create(CLOCK_REALTIME, 0);
    clock_gettime(CLOCK_REALTIME, &clock);
    s.it_value = clock;
    SHOW(timerfd_settime(w, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &s, NULL)); SHOW(read(w, &v, 8)); SHOW(v);
    close(t); close(w);
}

static void polling(void)
{
    puts("== poll and select");
    int p[2];
    pthread_t t;
    pipe(ends);
    struct pollfd f[3] = { { -1, POLLIN, 7 }, { 99, POLLIN, 7 }, { ends[0], POLLIN, 7 } };
    SHOW(poll(f, 3, 0)); SHOW(f[0].revents); SHOW(f[1].revents); SHOW(f[2].revents);
    SHOW(poll(NULL, 0, 5)); SHOW(poll(BAD, 1, 0)); SHOW(poll(f, -1, 0));
    int64_t begin = now();
    SHOW(poll(f + 2, 1, 30)); SHOW(now() - begin >= 30000000);
    uint64_t one = 1;
    go = eventfd(0, 0);
    pthread_create(&t, NULL, late_writer, NULL);
    SHOW(poll(f + 2, 1, -1)); SHOW(f[2].revents);
    write(go, &one, 8);
    pthread_join(t, NULL);
    SHOW(poll(f + 2, 1, -1)); SHOW(f[2].revents);
    struct timespec span = { 5, 0 };
    SHOW(syscall(SYS_ppoll, f + 2, 1, &span, NULL, 0)); SHOW(span.tv_sec == 4 || span.tv_sec == 5);
    span.tv_nsec = -1; SHOW(syscall(SYS_ppoll, f + 2, 1, &span, NULL, 0)); span.tv_nsec = 0;
    uint64_t mask = 0;
    SHOW(syscall(SYS_ppoll, f + 2, 1, &span, &mask, 4)); SHOW(syscall(SYS_ppoll, f + 2, 1, &span, BAD, 8)); SHOW(syscall(SYS_ppoll, f + 2, 1, &span, &mask, 8));
    read(ends[0], buffer, 100);
    fd_set r, w, e;
    FD_ZERO(&r); FD_ZERO(&w); FD_ZERO(&e);
    FD_SET(ends[0], &r); FD_SET(ends[0], &w); FD_SET(ends[0], &e); FD_SET(1, &w);
    struct timeval tv = { 3, 0 };
    SHOW(select(ends[0] + 1, &r, &w, &e, &tv)); SHOW(FD_ISSET(ends[0], &r) != 0); SHOW(FD_ISSET(ends[0], &w) != 0); SHOW(FD_ISSET(ends[0], &e) != 0); SHOW(FD_ISSET(1, &w) != 0); SHOW(tv.tv_sec == 2 || tv.tv_sec == 3);
    close(ends[0]);
    pipe(ends);
    FD_ZERO(&r); FD_SET(ends[0], &r);
    tv = (struct timeval){ 0, 20000 };
    SHOW(select(ends[0] + 1, &r, NULL, NULL, &tv)); SHOW(FD_ISSET(ends[0], &r) != 0); SHOW(tv.tv_sec + tv.tv_usec);
    FD_SET(ends[0], &r);
    write(go, &one, 8);
    pthread_create(&t, NULL, late_writer, NULL);
    SHOW(select(ends[0] + 1, &r, NULL, NULL, NULL)); SHOW(FD_ISSET(ends[0], &r) != 0);
    pthread_join(t, NULL);
    SHOW(select(-1, NULL, NULL, NULL, NULL)); tv.tv_usec = -1; SHOW(select(0, NULL, NULL, NULL, &tv)); SHOW(select(1, BAD, NULL, NULL, NULL));
    FD_ZERO(&r); FD_SET(60, &r); tv.tv_usec = 0; SHOW(select(61, &r, NULL, NULL, &tv));
    tv = (struct timeval){ 0, 1500000 }; FD_ZERO(&r); FD_SET(ends[0], &r); SHOW(select(ends[0] + 1, &r, NULL, NULL, &tv));
    struct { void *mask; size_t bytes; } argument = { &mask, 8 };
    SHOW(syscall(SYS_pselect6, ends[0] + 1, &r, NULL, NULL, &span, &argument)); argument.bytes = 7; SHOW(syscall(SYS_pselect6, ends[0] + 1, &r, NULL, NULL, &span, &argument));
    close(ends[0]);
}

static int watched;

static void *epoll_writer(void *unused)
{
    for (int i = 0; i < 100; i++) write(ends[1], "x", 1);
    return NULL;
}

static void *epoll_waiter(void *unused)
{
    struct epoll_event e;
    long got = 0;
    while (epoll_wait(watched, &e, 1, 100) > 0) got += read(ends[0], buffer, 1) == 1;
    return (void *)got;
}

static void epolls(void)
{
    puts("== epoll");
    struct epoll_event e = { EPOLLIN, { .u64 = 42 } }, got[4];
    SHOW(epoll_create(0)); SHOW(epoll_create1(1));
    int p = epoll_create1(EPOLL_CLOEXEC), q = epoll_create(1);
    SHOW(fcntl(p, F_GETFD)); SHOW(fcntl(p, F_GETFL)); SHOW(read(p, buffer, 1)); SHOW(write(p, buffer, 1));
    pipe2(ends, O_NONBLOCK);
    SHOW(epoll_ctl(p, EPOLL_CTL_ADD, 99, &e)); SHOW(epoll_ctl(99, EPOLL_CTL_ADD, ends[0], &e)); SHOW(epoll_ctl(ends[0], EPOLL_CTL_ADD, ends[1], &e)); SHOW(epoll_ctl(p, EPOLL_CTL_ADD, p, &e)); SHOW(epoll_ctl(p, EPOLL_CTL_ADD, ends[0], BAD)); SHOW(epoll_ctl(p, 9, ends[0], &e));
    SHOW(epoll_ctl(p, EPOLL_CTL_MOD, ends[0], &e)); SHOW(epoll_ctl(p, EPOLL_CTL_DEL, ends[0], NULL)); SHOW(epoll_ctl(p, EPOLL_CTL_ADD, ends[0], &e)); SHOW(epoll_ctl(p, EPOLL_CTL_ADD, ends[0], &e));
    int file = open("files/fruits", O_RDONLY), null = open("/dev/null", O_RDWR);
    SHOW(epoll_ctl(p, EPOLL_CTL_ADD, file, &e)); SHOW(epoll_ctl(p, EPOLL_CTL_ADD, null, &e)); SHOW(events(file)); SHOW(events(null));
    SHOW(epoll_wait(p, got, 4, 0)); SHOW(epoll_wait(p, got, 0, 0)); SHOW(epoll_wait(99, got, 1, 0)); SHOW(epoll_wait(ends[0], got, 1, 0));
    int64_t begin = now();
    SHOW(epoll_wait(p, got, 4, 25)); SHOW(now() - begin >= 25000000);
    SHOW(write(ends[1], "x", 1)); SHOW(epoll_wait(p, got, 4, 0)); SHOW(got[0].events); SHOW(got[0].data.u64); SHOW(epoll_wait(p, got, 4, -1)); SHOW(events(p)); SHOW(epoll_wait(p, BAD, 4, 0));
    e.events = EPOLLIN | EPOLLET; SHOW(epoll_ctl(p, EPOLL_CTL_MOD, ends[0], &e)); SHOW(epoll_wait(p, got, 4, 0)); SHOW(epoll_wait(p, got, 4, 0)); SHOW(write(ends[1], "x", 1)); SHOW(epoll_wait(p, got, 4, 0)); SHOW(epoll_wait(p, got, 4, 0)); SHOW(read(ends[0], buffer, 1)); SHOW(epoll_wait(p, got, 4, 0));
    e.events = EPOLLIN | EPOLLONESHOT; SHOW(epoll_ctl(p, EPOLL_CTL_MOD, ends[0], &e)); SHOW(epoll_wait(p, got, 4, 0)); SHOW(write(ends[1], "x", 1)); SHOW(epoll_wait(p, got, 4, 0)); SHOW(epoll_ctl(p, EPOLL_CTL_MOD, ends[0], &e)); SHOW(epoll_wait(p, got, 4, 0));
    e.events = EPOLLOUT | EPOLLET; SHOW(epoll_ctl(p, EPOLL_CTL_ADD, ends[1], &e)); SHOW(epoll_wait(p, got, 4, 0)); SHOW(got[0].events); SHOW(read(ends[0], buffer, 100)); SHOW(epoll_wait(p, got, 4, 0)); SHOW(write(ends[1], buffer, 100000)); SHOW(epoll_wait(p, got, 4, 0)); SHOW(read(ends[0], buffer, 5000)); SHOW(epoll_wait(p, got, 4, 0));
    e.events = EPOLLEXCLUSIVE | EPOLLIN | EPOLLONESHOT; SHOW(epoll_ctl(q, EPOLL_CTL_ADD, ends[0], &e)); e.events = EPOLLEXCLUSIVE | EPOLLIN; SHOW(epoll_ctl(q, EPOLL_CTL_ADD, ends[0], &e)); SHOW(epoll_ctl(q, EPOLL_CTL_MOD, ends[0], &e)); e.events = EPOLLIN; SHOW(epoll_ctl(q, EPOLL_CTL_MOD, ends[0], &e)); SHOW(epoll_wait(q, got, 4, 0));
    SHOW(epoll_ctl(p, EPOLL_CTL_ADD, q, &e)); SHOW(epoll_ctl(q, EPOLL_CTL_ADD, p, &e)); SHOW(epoll_wait(p, got, 4, 0)); SHOW(events(p));
    SHOW(epoll_ctl(p, EPOLL_CTL_DEL, q, NULL));
    int copy = dup(ends[1]);
    SHOW(close(ends[1])); SHOW(epoll_wait(p, got, 4, 0)); SHOW(close(copy)); SHOW(epoll_wait(p, got, 4, 0)); SHOW(events(ends[0]));
    e.events = EPOLLIN | EPOLLRDHUP; SHOW(epoll_ctl(p, EPOLL_CTL_MOD, ends[0], &e)); SHOW(epoll_wait(p, got, 4, 0)); SHOW(got[0].events);
    SHOW(close(ends[0])); SHOW(epoll_wait(p, got, 4, 0)); SHOW(epoll_wait(q, got, 4, 0));
    struct timespec span = { 0, 1000000 };
    SHOW(syscall(SYS_epoll_pwait2, p, got, 4, &span, NULL, 0)); span.tv_nsec = 1000000000; SHOW(syscall(SYS_epoll_pwait2, p, got, 4, &span, NULL, 0));
    uint64_t mask = 0;
    SHOW(syscall(SYS_epoll_pwait, p, got, 4, 0, &mask, 8)); SHOW(syscall(SYS_epoll_pwait, p, got, 4, 0, &mask, 4)); SHOW(syscall(SYS_epoll_pwait, p, got, 4, 0, BAD, 8));
    close(q);

    // Four threads wait at one descriptor; every byte is seen by exactly one of them.
    pipe2(ends, O_NONBLOCK);
    watched = p;
    e.events = EPOLLIN; epoll_ctl(p, EPOLL_CTL_ADD, ends[0], &e);
    pthread_t waiters[4], writer;
    for (int i = 0; i < 4; i++) pthread_create(&waiters[i], NULL, epoll_waiter, NULL);
    pthread_create(&writer, NULL, epoll_writer, NULL);
    pthread_join(writer, NULL);
    long sum = 0;
    for (int i = 0; i < 4; i++) { void *n; pthread_join(waiters[i], &n); sum += (long)n; }
    SHOW(sum);
    close(ends[0]); close(ends[1]); close(p);
}

int main(int count, char **arguments)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 17);
    signal(SIGPIPE, SIG_IGN);
    pipes();
    blocking_pipes();
    counters();
    timers();
    polling();
    epolls();
    return 0;
}
