// Waits for a pipe of the peer in poll, select and epoll, and for nothing else, until the peer is gone.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

static int file, ready;
static char said[3][100];

static void tell(char *to, const char *what, int r, unsigned events)
{
    sprintf(to, "%s %d:%s%s%s", what, r, events & POLLIN ? " IN" : "", events & POLLERR ? " ERR" : "", events & POLLHUP ? " HUP" : "");
}

static void *by_poll(void *argument)
{
    struct pollfd p = { file, POLLIN };
    __atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
    int r = poll(&p, 1, -1);
    tell(argument, "poll", r, p.revents);
    return 0;
}

static void *by_select(void *argument)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(file, &set);
    __atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
    int r = select(file + 1, &set, 0, 0, 0);
    sprintf(argument, "select %d: %d", r, !!FD_ISSET(file, &set));
    return 0;
}

static void *by_epoll(void *argument)
{
    struct epoll_event event = { .events = EPOLLIN };
    int e = epoll_create1(0);
    epoll_ctl(e, EPOLL_CTL_ADD, file, &event);
    __atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
    int r = epoll_wait(e, &event, 1, -1);
    tell(argument, "epoll", r, event.events);
    return 0;
}

int main(void)
{
    void *(*ways[3])(void *) = { by_poll, by_select, by_epoll };
    pthread_t threads[3];
    mkfifo("fifo", 0600);
    file = open("fifo", O_RDWR);
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], 0, ways[i], said[i]);
    while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < 3) usleep(1000);
    usleep(100000);
    close(open("ready", O_CREAT | O_WRONLY, 0600));
    for (int i = 0; i < 3; i++) pthread_join(threads[i], 0);
    for (int i = 0; i < 3; i++) printf("%s\n", said[i]);
    char b;
    ssize_t r = read(file, &b, 1);
    printf("read %zd %s\n", r, r < 0 ? strerrorname_np(errno) : "");
    struct pollfd p = { file, POLLIN };
    char again[100];
    int n = poll(&p, 1, -1);
    tell(again, "poll again", n, p.revents);
    puts(again);
    return 9;
}
