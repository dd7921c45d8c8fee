// Signals that are read: signalfd, alone, in poll and epoll, and with a thread that waits.
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
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void say(const char *what, long result)
{
    printf("%s %ld\n", what, result < 0 ? (long)-errno : result);
}

static void show(const char *what, int descriptor, int room)
{
    struct signalfd_siginfo s[4];
    memset(s, 0x55, sizeof s);
    long got = read(descriptor, s, room);
    say(what, got);
    for (int i = 0; i < (int)(got / (long)sizeof *s); i++)
    {
        printf("  signal %u code %d mine %d user %u int %d ptr %llx overrun %u rest", s[i].ssi_signo, s[i].ssi_code, s[i].ssi_pid == (uint32_t)getpid(),
               s[i].ssi_uid == getuid() ? 0 : 1, s[i].ssi_int, (unsigned long long)s[i].ssi_ptr, s[i].ssi_overrun);
        unsigned sum = 0;
        for (unsigned j = 52; j < sizeof *s; j++)
            sum |= ((unsigned char *)&s[i])[j];
        printf(" %u\n", sum);
    }
}

static int ready(int descriptor)
{
    struct pollfd p = {descriptor, POLLIN | POLLOUT, 0};
    poll(&p, 1, 0);
    return p.revents;
}

static void *killer(void *process)
{
    nanosleep(&(struct timespec){0, 50000000}, 0);
    kill(getpid(), SIGUSR2);
    return process;
}

static void handler(int signal)
{
    (void)signal;
}

int main(void)
{
    sigset_t set, more;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMIN + 3);
    sigaddset(&set, SIGKILL);
    more = set;
    sigaddset(&more, SIGUSR2);
    sigaddset(&more, SIGALRM);
    sigprocmask(SIG_BLOCK, &more, 0);

    uint64_t mask = 0x200;
    say("odd size", syscall(SYS_signalfd4, -1, &mask, 4, 0));
    say("no set", syscall(SYS_signalfd4, -1, (void *)8, 8, 0));
    say("odd flags", syscall(SYS_signalfd4, -1, &mask, 8, 1));
    say("no descriptor", syscall(SYS_signalfd4, 99, &mask, 8, 0));
    say("another kind", syscall(SYS_signalfd4, 1, &mask, 8, 0));

    int d = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    say("made", d >= 0);
    say("close on exec", fcntl(d, F_GETFD));
    say("flags", fcntl(d, F_GETFL) & (O_ACCMODE | O_NONBLOCK));
    say("seek", lseek(d, 5, SEEK_SET));
    say("write", write(d, &mask, 8));
    show("nothing", d, 128);
    show("too small", d, 127);
    say("ready", ready(d));

    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGUSR1);
    say("ready", ready(d));
    sigqueue(getpid(), SIGRTMIN + 3, (union sigval){.sival_int = 7});
    sigqueue(getpid(), SIGRTMIN + 3, (union sigval){.sival_int = -8});
    kill(getpid(), SIGUSR2);
    show("three", d, 512);
    say("ready", ready(d));
    say("another thread's", tgkill(getpid(), gettid(), SIGUSR1));
    show("one of two", d, 200);

    say("changed", signalfd(d, &more, 0) == d);
    show("second set", d, 512);
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGUSR2);
    show("one", d, 255);
    show("other", d, 128);
    say("bad memory", (kill(getpid(), SIGUSR1), read(d, (void *)8, 128)));
    show("gone with it", d, 128);

    int e = epoll_create1(0);
    struct epoll_event event = {EPOLLIN | EPOLLET, {.u32 = 3}};
    say("watched", epoll_ctl(e, EPOLL_CTL_ADD, d, &event));
    say("no event", epoll_wait(e, &event, 1, 0));
    kill(getpid(), SIGUSR1);
    say("event", epoll_wait(e, &event, 1, 1000));
    say("which", event.events);
    say("edge", epoll_wait(e, &event, 1, 0));
    show("then", d, 128);

    pthread_t thread;
    int waiting = signalfd(-1, &more, 0);
    pthread_create(&thread, 0, killer, 0);
    show("waited", waiting, 128);
    pthread_join(thread, 0);
    pthread_create(&thread, 0, killer, 0);
    struct pollfd p = {waiting, POLLIN, 0};
    say("polled", poll(&p, 1, 2000));
    pthread_join(thread, 0);
    show("polled", waiting, 128);

    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    sigprocmask(SIG_UNBLOCK, &alarm, 0);
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGALRM, &action, 0);
    ualarm(50000, 0);
    show("interrupted", waiting, 128);

    sigprocmask(SIG_BLOCK, &alarm, 0);
    timer_t timer;
    struct sigevent to = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM, .sigev_value.sival_int = 11};
    timer_create(CLOCK_MONOTONIC, &to, &timer);
    timer_settime(timer, 0, &(struct itimerspec){.it_value = {0, 20000000}}, 0);
    show("timer", waiting, 128);
    return 0;
}
