// What poll and epoll say to files that nobody can wait for: run by Linux and by the unikernel, with the devices in a directory.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *name(int r) { return r < 0 ? strerrorname_np(errno) : ""; }

int main(void)
{
    const char *paths[] = { "devices/null", "devices/zero", "devices/full", "devices/urandom", "devices/random", "given", ".", "devices", "fifo" };
    mkfifo("fifo", 0600);
    int e = epoll_create1(0);
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
        int f = open(paths[i], O_RDONLY | O_NONBLOCK), r;
        struct epoll_event event = { .events = EPOLLIN };
        struct pollfd p = { f, POLLIN | POLLOUT | POLLPRI };
        fd_set set;
        struct timeval span = { 0, 0 };
        FD_ZERO(&set);
        FD_SET(f, &set);
        printf("%s: open %d", paths[i], f >= 0);
        r = epoll_ctl(e, EPOLL_CTL_ADD, f, &event), printf(", add %d %s", r, name(r));
        r = epoll_ctl(e, EPOLL_CTL_ADD, f, &event), printf(", again %d %s", r, name(r));
        r = epoll_ctl(e, EPOLL_CTL_MOD, f, &event), printf(", change %d %s", r, name(r));
        r = epoll_ctl(e, EPOLL_CTL_DEL, f, &event), printf(", remove %d %s", r, name(r));
        r = poll(&p, 1, 0), printf(", poll %d %x", r, p.revents);
        r = select(f + 1, &set, 0, 0, &span), printf(", select %d\n", r);
        close(f);
    }
    return 3;
}
