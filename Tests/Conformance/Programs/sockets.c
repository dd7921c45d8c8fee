// Local and loopback sockets: results, error numbers, what poll says, and threads that talk to each other.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-80s %ld %s\n", #call, r_, r_ == -1 ? strerrorname_np(e_) : ""); } while (0)
#define KIND(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-80s %s\n", #call, r_ == -1 ? strerrorname_np(e_) : "ok"); } while (0)
#define BAD ((void *)8)

static char buffer[1 << 20];

static unsigned events(int fd)
{
    struct pollfd p = { fd, 0x23ff, 0 };
    poll(&p, 1, 0);
    return p.revents;
}

static int option(int fd, int level, int name)
{
    int value = -1;
    socklen_t length = sizeof value;
    return getsockopt(fd, level, name, &value, &length) < 0 ? -errno : value;
}

static int set(int fd, int level, int name, int value) { return setsockopt(fd, level, name, &value, sizeof value); }

static void later(void) { struct timespec t = { 0, 20000000 }; nanosleep(&t, NULL); }

static int64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000L + t.tv_nsec; }

static void creation(void)
{
    puts("== creation");
    int sv[2];
    KIND(socket(AF_INET, SOCK_RAW, 0)); KIND(socket(AF_INET, SOCK_SEQPACKET, 0)); KIND(socket(99, SOCK_STREAM, 0)); KIND(socket(-1, SOCK_STREAM, 0)); KIND(socket(AF_INET, SOCK_STREAM, 17));
    KIND(socket(AF_INET, 15, 0)); KIND(socket(AF_INET, SOCK_STREAM | 0x100, 0)); KIND(socket(AF_UNIX, SOCK_STREAM, 7)); KIND(socket(AF_UNIX, SOCK_STREAM, 1)); KIND(socket(AF_UNIX, SOCK_RAW, 0)); KIND(socket(AF_UNIX, 4, 0));
    KIND(socketpair(AF_INET, SOCK_STREAM, 0, sv)); KIND(socketpair(AF_UNIX, SOCK_STREAM, 0, BAD));
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    SHOW(fcntl(s, F_GETFD)); SHOW(fcntl(s, F_GETFL)); SHOW(lseek(s, 0, SEEK_CUR)); SHOW(ioctl(s, TCGETS, buffer));
    struct stat st;
    fstat(s, &st); SHOW(S_ISSOCK(st.st_mode));
    SHOW(bind(0, (void *)buffer, 4)); SHOW(bind(99, (void *)buffer, 4)); SHOW(listen(0, 1)); SHOW(accept(99, NULL, NULL)); SHOW(send(0, "x", 1, 0)); SHOW(recv(99, buffer, 1, 0)); SHOW(shutdown(0, 0)); SHOW(getsockname(0, (void *)buffer, (void *)buffer));
    SHOW(shutdown(s, 3)); SHOW(shutdown(s, -1)); SHOW(accept4(s, NULL, NULL, 1));
    close(s);
}

static void local(int type)
{
    printf("== local %d\n", type);
    struct sockaddr_un a = { AF_UNIX, "\0name" };
    socklen_t name = offsetof(struct sockaddr_un, sun_path) + 5, n = sizeof a;
    int s = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
    SHOW(events(s)); SHOW(getsockname(s, (void *)buffer, &n)); SHOW(n); SHOW(getpeername(s, (void *)buffer, &n));
    SHOW(recv(s, buffer, 1, 0)); SHOW(send(s, buffer, 1, 0)); SHOW(listen(s, 1)); SHOW(accept(s, NULL, NULL));
    SHOW(connect(s, (void *)&a, name)); SHOW(connect(s, (void *)&a, 1)); SHOW(connect(s, (void *)&a, 2)); SHOW(connect(s, (void *)&a, 200)); SHOW(connect(s, BAD, 20));
    SHOW(bind(s, (void *)&a, name)); SHOW(bind(s, (void *)&a, name)); SHOW(bind(s, BAD, 20)); SHOW(bind(s, (void *)&a, 200));
    n = sizeof a; memset(buffer, 0, 200); SHOW(getsockname(s, (void *)buffer, &n)); SHOW(n); printf("%.4s\n", buffer + 3); n = 3; SHOW(getsockname(s, (void *)buffer, &n)); SHOW(n); n = -1; SHOW(getsockname(s, (void *)buffer, &n)); SHOW(getsockname(s, BAD, &n)); SHOW(getsockname(s, (void *)buffer, BAD));
    int s2 = socket(AF_UNIX, type, 0), other = socket(AF_UNIX, type == SOCK_STREAM ? SOCK_DGRAM : SOCK_STREAM, 0);
    SHOW(bind(s2, (void *)&a, name)); SHOW(bind(s2, (void *)&a, 2)); n = sizeof a; SHOW(getsockname(s2, (void *)buffer, &n)); SHOW(n);
    SHOW(connect(other, (void *)&a, name));
    close(other);
    if (type == SOCK_DGRAM)
    {
        SHOW(connect(s2, (void *)&a, name)); SHOW(events(s2)); n = sizeof a; SHOW(getpeername(s2, (void *)buffer, &n)); SHOW(n);
        SHOW(write(s2, "abc", 3)); SHOW(write(s2, "defgh", 5)); SHOW(write(s2, "", 0)); SHOW(events(s)); SHOW(recv(s, buffer, 2, MSG_TRUNC)); n = sizeof a; SHOW(recvfrom(s, buffer, 100, 0, (void *)buffer + 200, &n)); SHOW(n); SHOW(recv(s, buffer, 9, 0)); SHOW(recv(s, buffer, 9, 0));
        fcntl(s2, F_SETFL, O_NONBLOCK);
        int i = 0;
        while (write(s2, "x", 1) == 1) i++;
        SHOW(i); SHOW(write(s2, "x", 1)); SHOW(events(s2)); SHOW(recv(s, buffer, 9, 0)); SHOW(events(s2)); SHOW(write(s2, "x", 1));
        while (recv(s, buffer, 9, 0) >= 0) { }
        int s3 = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
        SHOW(sendto(s3, "y", 1, 0, (void *)&a, name)); SHOW(connect(s, (void *)buffer + 200, n)); SHOW(sendto(s3, "y", 1, MSG_DONTWAIT, (void *)&a, name)); SHOW(connect(s3, (void *)&a, name));
        struct sockaddr none = { AF_UNSPEC };
        SHOW(connect(s2, &none, sizeof none)); SHOW(write(s2, "x", 1)); SHOW(connect(s2, (void *)&a, name));
        close(s3);
        close(s);
        SHOW(events(s2)); SHOW(write(s2, "x", 1)); SHOW(write(s2, "x", 1)); SHOW(getpeername(s2, (void *)buffer, &n));
        close(s2);
        return;
    }

    SHOW(connect(s2, (void *)&a, name)); SHOW(listen(s, 1)); SHOW(listen(s, 1)); SHOW(events(s)); SHOW(accept(s, NULL, NULL)); SHOW(read(s, buffer, 1)); SHOW(write(s, buffer, 1)); SHOW(option(s, SOL_SOCKET, SO_ACCEPTCONN));
    SHOW(connect(s2, (void *)&a, name)); SHOW(events(s2)); SHOW(events(s)); SHOW(connect(s2, (void *)&a, name));
    int c[3];
    for (int i = 0; i < 3; i++) { c[i] = socket(AF_UNIX, type | SOCK_NONBLOCK, 0); SHOW(connect(c[i], (void *)&a, name)); }
    n = sizeof a;
    int t = accept4(s, (void *)buffer, &n, SOCK_CLOEXEC);
    SHOW(n); SHOW(fcntl(t, F_GETFD)); SHOW(fcntl(t, F_GETFL)); n = sizeof a; SHOW(getsockname(t, (void *)buffer, &n)); SHOW(n); SHOW(option(t, SOL_SOCKET, SO_ACCEPTCONN));
    SHOW(connect(c[2], (void *)&a, name)); SHOW(write(c[0], "early", 5));
    close(s);
    SHOW(events(c[0])); SHOW(read(c[0], buffer, 1)); SHOW(read(c[0], buffer, 1)); SHOW(write(c[0], buffer, 1)); SHOW(connect(c[2], (void *)&a, name));
    SHOW(write(s2, "late", 4)); SHOW(read(t, buffer, 9)); n = sizeof a; SHOW(getpeername(s2, (void *)buffer, &n)); SHOW(n);
    close(t); close(s2);
    for (int i = 0; i < 3; i++) close(c[i]);
}

static long path_bind(int fd, const char *path)
{
    struct sockaddr_un a = { AF_UNIX };
    strcpy(a.sun_path, path);
    return bind(fd, (void *)&a, offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
}

static long path_connect(int fd, const char *path)
{
    struct sockaddr_un a = { AF_UNIX };
    strcpy(a.sun_path, path);
    return connect(fd, (void *)&a, offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
}

static long mode(const char *path)
{
    struct stat st;
    return lstat(path, &st) < 0 ? -errno : (long)st.st_mode;
}

// Sockets whose name is a file.
static void paths(int type)
{
    printf("== paths %d\n", type);
    char directory[] = "/tmp/sockets-XXXXXX";
    SHOW(mkdtemp(directory) != NULL); SHOW(chdir(directory)); umask(027);
    int l = socket(AF_UNIX, type, 0), c, s = -1, other = socket(AF_UNIX, type == SOCK_STREAM ? SOCK_DGRAM : SOCK_STREAM, 0);
    struct sockaddr_un a;
    socklen_t n = sizeof a;
    SHOW(path_bind(l, "missing/name")); SHOW(path_bind(l, "name/")); SHOW(path_bind(l, ".")); SHOW(path_bind(l, "/")); close(open("file", O_CREAT | O_WRONLY, 0600)); SHOW(path_bind(l, "file")); SHOW(path_bind(l, "file/name")); SHOW(symlink("nowhere", "link")); SHOW(path_bind(l, "link"));
    SHOW(mode("name")); SHOW(path_bind(l, "name")); SHOW(mode("name")); SHOW(path_bind(l, "name")); SHOW(path_bind(l, "second")); SHOW(mode("second")); SHOW(path_bind(other, "name"));
    SHOW(getsockname(l, (void *)&a, &n)); SHOW(n); puts(a.sun_path); SHOW(open("name", O_RDWR)); SHOW(mknod("made", S_IFSOCK | 0666, 0)); SHOW(mode("made"));
    c = socket(AF_UNIX, type, 0);
    SHOW(path_connect(c, "name")); SHOW(path_connect(other, "name")); SHOW(path_connect(other, "file")); SHOW(path_connect(other, "made")); SHOW(path_connect(other, "absent")); SHOW(path_connect(other, "link")); SHOW(path_connect(other, "")); SHOW(path_connect(other, "file/name"));
    SHOW(listen(l, 3)); SHOW(rename("name", "moved")); SHOW(symlink("moved", "way")); SHOW(path_connect(c, "name")); SHOW(path_connect(c, "way"));
    if (type != SOCK_DGRAM) { n = sizeof a; SHOW(s = accept(l, (void *)&a, &n) > 0 ? 1 : -1); SHOW(n); n = sizeof a; SHOW(getpeername(c, (void *)&a, &n)); SHOW(n); puts(a.sun_path); }
    else { SHOW(write(c, "abc", 3)); SHOW(read(l, buffer, 9)); SHOW(path_bind(c, "client")); SHOW(write(c, "abcd", 4)); n = sizeof a; SHOW(recvfrom(l, buffer, 9, 0, (void *)&a, &n)); SHOW(n); puts(a.sun_path); SHOW(sendto(l, "back", 4, 0, (void *)&a, n)); SHOW(read(c, buffer, 9)); SHOW(unlink("client")); SHOW(sendto(l, "back", 4, 0, (void *)&a, n)); }
    close(c); c = socket(AF_UNIX, type, 0);
    SHOW(unlink("moved")); SHOW(mode("moved")); SHOW(path_connect(c, "way")); n = sizeof a; SHOW(getsockname(l, (void *)&a, &n)); puts(a.sun_path); SHOW(path_bind(other, "moved")); close(l); SHOW(mode("moved"));
    SHOW(path_connect(c, "moved")); close(other); SHOW(path_connect(c, "moved")); l = socket(AF_UNIX, type, 0); SHOW(path_bind(l, "moved")); SHOW(unlink("moved")); SHOW(path_bind(l, "moved")); close(l); close(c);
    for (int i = 0; i < 300; i++) { l = socket(AF_UNIX, type, 0); if (path_bind(l, "again") || unlink("again")) perror("again"); close(l); }
    SHOW(unlink("file")); SHOW(unlink("link")); SHOW(unlink("made")); SHOW(unlink("way")); SHOW(unlink("moved")); SHOW(chdir("/")); SHOW(rmdir(directory)); umask(022);
    for (int fd = 3; fd < 20; fd++) close(fd);
}

static void pairs(int type)
{
    printf("== pair %d\n", type);
    int v[2], left = -1;
    SHOW(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, v)); SHOW(events(v[0]));
    SHOW(read(v[0], buffer, 1)); SHOW(send(v[0], "hello", 5, 0)); SHOW(send(v[0], "world", 5, 0)); SHOW(events(v[1])); SHOW(recv(v[1], buffer, 3, MSG_PEEK)); SHOW(recv(v[1], buffer, 3, 0)); SHOW(recv(v[1], buffer, 100, MSG_WAITALL)); SHOW(recv(v[1], buffer, 100, 0));
    SHOW(send(v[0], buffer, 0, 0)); SHOW(events(v[1])); SHOW(recv(v[1], buffer, 9, 0));
    SHOW(ioctl(v[1], FIONREAD, &left)); SHOW(left); send(v[0], "abc", 3, 0); send(v[0], "defg", 4, 0); SHOW(ioctl(v[1], FIONREAD, &left)); SHOW(left);
    SHOW(send(v[0], BAD, 5, 0)); SHOW(recv(v[1], BAD, 5, MSG_PEEK)); SHOW(send(v[0], "x", 1, MSG_OOB * (type != SOCK_STREAM))); 
    SHOW(shutdown(v[0], SHUT_WR)); SHOW(events(v[0])); SHOW(events(v[1])); SHOW(write(v[0], "x", 1)); SHOW(send(v[0], "x", 1, MSG_NOSIGNAL)); SHOW(read(v[1], buffer, 100)); SHOW(read(v[1], buffer, 100)); SHOW(read(v[1], buffer, 100)); SHOW(write(v[1], "x", 1));
    SHOW(shutdown(v[1], SHUT_WR)); SHOW(events(v[0])); SHOW(events(v[1]));
    close(v[0]); close(v[1]);
    socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, v);
    SHOW(shutdown(v[0], SHUT_RD)); SHOW(events(v[0])); SHOW(events(v[1])); SHOW(write(v[1], "x", 1)); SHOW(read(v[0], buffer, 1)); SHOW(write(v[0], "x", 1));
    close(v[0]); close(v[1]);
    socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, v);
    write(v[0], "data", 4); write(v[1], "unread", 6); close(v[0]);
    SHOW(events(v[1])); SHOW(read(v[1], buffer, 10)); SHOW(read(v[1], buffer, 10)); SHOW(events(v[1])); SHOW(read(v[1], buffer, 10)); SHOW(write(v[1], "x", 1)); SHOW(option(v[1], SOL_SOCKET, SO_ERROR));
    close(v[1]);
    socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, v);
    close(v[0]);
    SHOW(events(v[1])); SHOW(write(v[1], "x", 1)); SHOW(read(v[1], buffer, 10));
    close(v[1]);
    socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, v);
    int full = 0;
    while (write(v[0], buffer, 1000) > 0) full++;
    SHOW(full > 50); SHOW(write(v[0], buffer, 1000)); SHOW(events(v[0]));
    while (read(v[1], buffer, 1000) > 0) { }
    SHOW(events(v[0])); SHOW(send(v[0], buffer, 500000, 0) == (type == SOCK_STREAM ? 0 : -1));
    SHOW(option(v[0], SOL_SOCKET, SO_SNDBUF)); SHOW(option(v[0], SOL_SOCKET, SO_RCVBUF)); SHOW(option(v[0], SOL_SOCKET, SO_TYPE)); SHOW(option(v[0], SOL_SOCKET, SO_DOMAIN)); SHOW(option(v[0], SOL_SOCKET, SO_PROTOCOL));
    close(v[0]); close(v[1]);
}

static long send_files(int socket, int *files, int count, char *text, int length)
{
    char control[CMSG_SPACE(sizeof(int) * 300)] = { 0 };
    struct iovec v = { text, length };
    struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(sizeof(int) * count) };
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET; c->cmsg_type = SCM_RIGHTS; c->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(c), files, sizeof(int) * count);
    return sendmsg(socket, &m, 0);
}

static long receive(int socket, int length, int room, int flags)
{
    char control[400] = { 0 };
    struct iovec v = { buffer, length };
    struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room };
    long n = recvmsg(socket, &m, flags);
    if (n < 0) return n;
    printf("  flags %x, control %zu:", m.msg_flags, m.msg_controllen);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
    {
        printf(" (%d %d %zu)", c->cmsg_level, c->cmsg_type, c->cmsg_len);
        if (c->cmsg_type == SCM_RIGHTS)
            for (int i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / 4; i++)
            {
                int fd = ((int *)CMSG_DATA(c))[i];
                printf(" %s", fcntl(fd, F_GETFD) == FD_CLOEXEC ? "cloexec" : "open");
                if (i == 0 && write(fd, "through", 7) != 7) printf(" not writable");
                close(fd);
            }
        else
        {
            struct ucred *u = (void *)CMSG_DATA(c);
            printf(" %d %d %d", u->pid == getpid(), u->uid, u->gid);
        }
    }
    puts("");
    return n;
}

static void messages(int type)
{
    printf("== messages %d\n", type);
    int v[2], p[2], files[300], one = 1;
    socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, v);
    pipe2(p, O_NONBLOCK);
    files[0] = p[1]; files[1] = p[0];
    SHOW(send_files(v[0], files, 2, "ab", 2)); SHOW(write(v[0], "cd", 2)); SHOW(receive(v[1], 100, 400, 0)); SHOW(receive(v[1], 100, 400, 0)); SHOW(read(p[0], buffer, 100));
    SHOW(send_files(v[0], files, 1, "ab", 2)); SHOW(receive(v[1], 1, 400, MSG_PEEK)); SHOW(receive(v[1], 1, 400, MSG_CMSG_CLOEXEC)); SHOW(receive(v[1], 100, 400, 0));
    SHOW(send_files(v[0], files, 2, "ab", 2)); SHOW(receive(v[1], 100, CMSG_LEN(4), 0)); SHOW(receive(v[1], 100, 0, 0));
    SHOW(send_files(v[0], files, 2, "ab", 2)); SHOW(read(v[1], buffer, 100)); SHOW(send_files(v[0], files, 2, "ab", 2)); SHOW(receive(v[1], 100, 8, 0));
    files[1] = 99; SHOW(send_files(v[0], files, 2, "ab", 2));
    for (int i = 0; i < 300; i++) files[i] = p[0];
    SHOW(send_files(v[0], files, 254, "ab", 2)); SHOW(send_files(v[0], files, 253, "ab", 2)); SHOW(read(v[1], buffer, 100));
    SHOW(set(v[1], SOL_SOCKET, SO_PASSCRED, 1)); SHOW(write(v[0], "cred", 4)); SHOW(receive(v[1], 100, 400, 0)); SHOW(send_files(v[0], files, 1, "both", 4)); SHOW(receive(v[1], 100, 400, 0)); SHOW(write(v[0], "none", 4)); SHOW(receive(v[1], 100, 4, 0));
    SHOW(write(v[1], "self", 4)); SHOW(set(v[0], SOL_SOCKET, SO_PASSCRED, 1)); SHOW(receive(v[0], 100, 400, 0));
    struct ucred u; socklen_t n = sizeof u;
    SHOW(getsockopt(v[0], SOL_SOCKET, SO_PEERCRED, &u, &n)); SHOW(u.pid == getpid()); SHOW(u.uid); SHOW(n);
    // A file that travels stays open when its sender closes it.
    files[0] = p[1]; SHOW(send_files(v[0], files, 1, "last", 4)); close(p[1]); SHOW(events(p[0])); SHOW(receive(v[1], 100, 400, 0)); SHOW(read(p[0], buffer, 100)); SHOW(read(p[0], buffer, 100));
    SHOW(events(p[0]));
    pipe2(p + 0, O_NONBLOCK);
    files[0] = p[1]; SHOW(send_files(v[0], files, 1, "lost", 4)); close(p[1]); close(v[1]); close(v[0]); SHOW(read(p[0], buffer, 1));
    close(p[0]);

    socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, v);
    struct iovec parts[3] = { { "one", 3 }, { "two", 3 }, { "three", 5 } };
    struct mmsghdr many[3] = { { { .msg_iov = parts, .msg_iovlen = 1 } }, { { .msg_iov = parts + 1, .msg_iovlen = 2 } }, { { .msg_iov = parts, .msg_iovlen = 3 } } };
    SHOW(sendmmsg(v[0], many, 3, 0)); SHOW(many[0].msg_len); SHOW(many[1].msg_len); SHOW(many[2].msg_len);
    struct iovec rooms[3] = { { buffer, 4 }, { buffer + 100, 100 }, { buffer + 200, 100 } };
    for (int i = 0; i < 3; i++) many[i].msg_hdr = (struct msghdr){ .msg_iov = rooms + i, .msg_iovlen = 1 };
    SHOW(recvmmsg(v[1], many, 3, MSG_WAITFORONE, NULL)); SHOW(many[0].msg_len); SHOW(many[1].msg_len); SHOW(many[0].msg_hdr.msg_flags);
    struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2000 };
    SHOW(sendmsg(v[0], &m, 0)); SHOW(sendmsg(v[0], BAD, 0)); m.msg_iovlen = 1; m.msg_control = buffer; m.msg_controllen = 20; memset(buffer, 0, 100); SHOW(sendmsg(v[0], &m, 0)); SHOW(recvmsg(v[1], BAD, 0));
    close(v[0]); close(v[1]);
}

static void tcp(void)
{
    puts("== tcp");
    struct sockaddr_in a = { AF_INET, 0, { htonl(INADDR_LOOPBACK) } }, b;
    socklen_t n = sizeof a;
    int l = socket(AF_INET, SOCK_STREAM, 0), c, s;
    SHOW(events(l)); SHOW(getpeername(l, (void *)&b, &n)); SHOW(read(l, buffer, 1)); SHOW(write(l, buffer, 1)); SHOW(accept(l, NULL, NULL));
    c = socket(AF_INET, SOCK_STREAM, 0); SHOW(shutdown(c, 2)); close(c);
    SHOW(bind(l, (void *)&a, 3)); SHOW(bind(l, BAD, 16)); SHOW(bind(l, (void *)&a, sizeof a)); SHOW(bind(l, (void *)&a, sizeof a)); SHOW(getsockname(l, (void *)&a, &n)); SHOW(n); SHOW(ntohs(a.sin_port) >= 32768); SHOW(a.sin_addr.s_addr == htonl(INADDR_LOOPBACK)); SHOW(events(l));
    int d = socket(AF_INET, SOCK_STREAM, 0);
    SHOW(bind(d, (void *)&a, sizeof a)); b = a; b.sin_addr.s_addr = 0; SHOW(bind(d, (void *)&b, sizeof b)); b.sin_addr.s_addr = inet_addr("8.8.8.8"); SHOW(bind(d, (void *)&b, sizeof b)); b.sin_family = AF_INET6; SHOW(bind(d, (void *)&b, sizeof b));
    SHOW(connect(d, (void *)&a, sizeof a)); SHOW(events(d));
    close(d);
    d = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    SHOW(connect(d, (void *)&a, sizeof a)); SHOW(events(d)); SHOW(option(d, SOL_SOCKET, SO_ERROR)); SHOW(events(d)); SHOW(connect(d, (void *)&a, sizeof a));
    close(d);
    SHOW(listen(l, 2)); SHOW(events(l)); SHOW(option(l, SOL_SOCKET, SO_ACCEPTCONN));
    c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    SHOW(connect(c, (void *)&a, 3)); SHOW(connect(c, (void *)&a, sizeof a)); SHOW(events(c)); SHOW(connect(c, (void *)&a, sizeof a)); SHOW(connect(c, (void *)&a, sizeof a)); SHOW(option(c, SOL_SOCKET, SO_ERROR)); SHOW(events(l));
    n = sizeof b; s = accept4(l, (void *)&b, &n, SOCK_NONBLOCK);
    SHOW(n); SHOW(b.sin_addr.s_addr == htonl(INADDR_LOOPBACK)); n = sizeof b; SHOW(getsockname(s, (void *)&b, &n)); SHOW(b.sin_port == a.sin_port); SHOW(events(s)); SHOW(events(c)); SHOW(events(l));
    SHOW(send(c, "hello", 5, 0)); SHOW(events(s)); SHOW(recv(s, buffer, 3, MSG_PEEK)); SHOW(ioctl(s, FIONREAD, buffer)); SHOW(*(int *)buffer); SHOW(recv(s, BAD, 5, 0)); SHOW(sendto(c, "x", 1, 0, (void *)&a, sizeof a));
    SHOW(shutdown(c, SHUT_WR)); SHOW(events(s)); SHOW(events(c)); SHOW(read(s, buffer, 100)); SHOW(read(s, buffer, 100)); SHOW(write(s, "x", 1)); SHOW(events(c)); SHOW(write(c, "x", 1)); SHOW(shutdown(s, SHUT_WR)); SHOW(events(s)); SHOW(events(c)); SHOW(write(s, "x", 1)); SHOW(read(c, buffer, 100)); SHOW(read(c, buffer, 100)); SHOW(shutdown(c, SHUT_RDWR)); SHOW(getpeername(c, (void *)&b, &n));
    close(c); close(s);
#define CONNECT c = socket(AF_INET, SOCK_STREAM, 0); connect(c, (void *)&a, sizeof a); s = accept(l, NULL, NULL)
    CONNECT; close(s);
    SHOW(events(c)); SHOW(write(c, "x", 1)); SHOW(events(c)); SHOW(write(c, "x", 1)); SHOW(events(c)); SHOW(option(c, SOL_SOCKET, SO_ERROR)); SHOW(read(c, buffer, 10));
    close(c);
    CONNECT; write(c, "abc", 3); close(s);
    SHOW(events(c)); SHOW(read(c, buffer, 10)); SHOW(events(c)); SHOW(read(c, buffer, 10)); SHOW(write(c, "x", 1)); SHOW(getpeername(c, (void *)&b, &n));
    close(c);
    CONNECT; write(s, "data", 4); write(c, "abc", 3); close(s);
    SHOW(read(c, buffer, 10)); SHOW(read(c, buffer, 10)); SHOW(events(c));
    close(c);
    CONNECT;
    SHOW(shutdown(c, SHUT_RD)); SHOW(events(c)); SHOW(events(s)); SHOW(read(c, buffer, 1)); SHOW(write(s, "abc", 3)); SHOW(read(c, buffer, 10)); SHOW(read(c, buffer, 10));
    close(c); close(s);
    CONNECT;
    struct linger hard = { 1, 0 };
    SHOW(setsockopt(c, SOL_SOCKET, SO_LINGER, &hard, sizeof hard)); close(c); SHOW(events(s)); SHOW(read(s, buffer, 1)); SHOW(read(s, buffer, 1));
    close(s);
    CONNECT;
    fcntl(c, F_SETFL, O_NONBLOCK); fcntl(s, F_SETFL, O_NONBLOCK);
    long full = 0;
    for (long k; (k = write(c, buffer, 10000)) > 0;) full += k;
    SHOW(full > 100000); SHOW(events(c)); 
    long got = 0;
    for (long k; got < full && ((k = read(s, buffer, 10000)) > 0 || errno == EAGAIN);) got += k > 0 ? k : 0;
    SHOW(got == full); SHOW(events(c));
    close(c); close(s);
    int k[3];
    for (int i = 0; i < 3; i++) { k[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0); connect(k[i], (void *)&a, sizeof a); SHOW(events(k[i])); }
    int more = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    SHOW(connect(more, (void *)&a, sizeof a)); SHOW(events(more)); SHOW(connect(more, (void *)&a, sizeof a));
    close(more);
    close(l);
    for (int i = 0; i < 3; i++) { SHOW(events(k[i])); SHOW(option(k[i], SOL_SOCKET, SO_ERROR)); SHOW(connect(k[i], (void *)&a, sizeof a)); close(k[i]); }
    l = socket(AF_INET, SOCK_STREAM, 0);
    set(l, SOL_SOCKET, SO_REUSEADDR, 1);
    a.sin_port = 0; n = sizeof a;
    SHOW(bind(l, (void *)&a, sizeof a)); getsockname(l, (void *)&a, &n); SHOW(listen(l, 0));
    d = socket(AF_INET, SOCK_STREAM, 0);
    set(d, SOL_SOCKET, SO_REUSEADDR, 1);
    SHOW(bind(d, (void *)&a, sizeof a));
    close(d); close(l);
    l = socket(AF_INET, SOCK_STREAM, 0);
    SHOW(listen(l, 5)); n = sizeof b; getsockname(l, (void *)&b, &n); SHOW(b.sin_port != 0); SHOW(b.sin_addr.s_addr);
    b.sin_addr.s_addr = inet_addr("127.3.2.1");
    c = socket(AF_INET, SOCK_STREAM, 0);
    SHOW(connect(c, (void *)&b, sizeof b)); s = accept(l, NULL, NULL); n = sizeof b; getsockname(s, (void *)&b, &n); puts(inet_ntoa(b.sin_addr)); getpeername(s, (void *)&b, &n); puts(inet_ntoa(b.sin_addr));
    close(c); close(s); close(l);
}

static void tcp6(void)
{
    puts("== tcp6");
    struct sockaddr_in6 a = { AF_INET6, 0, 0, IN6ADDR_ANY_INIT }, b;
    struct sockaddr_in a4 = { AF_INET, 0, { htonl(INADDR_LOOPBACK) } };
    socklen_t n = sizeof a;
    char text[100];
    int l = socket(AF_INET6, SOCK_STREAM, 0), c, s;
    SHOW(bind(l, (void *)&a4, sizeof a4)); SHOW(bind(l, (void *)&a, sizeof a)); SHOW(listen(l, 5)); SHOW(getsockname(l, (void *)&a, &n)); SHOW(n);
    b = a; b.sin6_addr = in6addr_loopback;
    c = socket(AF_INET6, SOCK_STREAM, 0); SHOW(connect(c, (void *)&b, sizeof b)); n = sizeof b; s = accept(l, (void *)&b, &n); SHOW(n); puts(inet_ntop(AF_INET6, &b.sin6_addr, text, sizeof text)); SHOW(write(c, "six", 3)); SHOW(read(s, buffer, 9)); close(c); close(s);
    a4.sin_port = a.sin6_port;
    c = socket(AF_INET, SOCK_STREAM, 0); SHOW(connect(c, (void *)&a4, sizeof a4)); n = sizeof b; s = accept(l, (void *)&b, &n); SHOW(n); puts(inet_ntop(AF_INET6, &b.sin6_addr, text, sizeof text)); close(c); close(s);
    c = socket(AF_INET, SOCK_STREAM, 0); SHOW(bind(c, (void *)&a4, sizeof a4)); close(c);
    close(l);
    l = socket(AF_INET6, SOCK_STREAM, 0);
    SHOW(option(l, IPPROTO_IPV6, IPV6_V6ONLY)); SHOW(set(l, IPPROTO_IPV6, IPV6_V6ONLY, 1)); SHOW(bind(l, (void *)&a, sizeof a)); SHOW(set(l, IPPROTO_IPV6, IPV6_V6ONLY, 0)); SHOW(listen(l, 1));
    c = socket(AF_INET, SOCK_STREAM, 0); SHOW(connect(c, (void *)&a4, sizeof a4)); SHOW(bind(c, (void *)&a4, sizeof a4)); close(c);
    close(l);
}

static void udp(void)
{
    puts("== udp");
    struct sockaddr_in a = { AF_INET, 0, { htonl(INADDR_LOOPBACK) } }, b;
    socklen_t n = sizeof a;
    int u = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), w = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    SHOW(events(u)); SHOW(read(u, buffer, 1)); SHOW(write(u, buffer, 1)); SHOW(listen(u, 1)); SHOW(accept(u, NULL, NULL)); SHOW(getpeername(u, (void *)&b, &n));
    SHOW(bind(u, (void *)&a, sizeof a)); getsockname(u, (void *)&a, &n); SHOW(bind(u, (void *)&a, sizeof a)); SHOW(bind(w, (void *)&a, sizeof a));
    SHOW(sendto(w, "hi", 2, 0, (void *)&a, sizeof a)); SHOW(sendto(w, "", 0, 0, (void *)&a, sizeof a)); SHOW(events(u)); SHOW(ioctl(u, FIONREAD, buffer)); SHOW(*(int *)buffer); SHOW(recv(u, buffer, 1, MSG_TRUNC | MSG_PEEK)); n = sizeof b; SHOW(recvfrom(u, buffer, 10, 0, (void *)&b, &n)); SHOW(n); SHOW(b.sin_addr.s_addr == a.sin_addr.s_addr); SHOW(recv(u, buffer, 10, 0)); SHOW(recv(u, buffer, 10, 0));
    SHOW(sendto(w, buffer, 65508, 0, (void *)&a, sizeof a)); SHOW(sendto(w, buffer, 65507, 0, (void *)&a, sizeof a)); SHOW(recv(u, buffer, 100000, 0)); SHOW(sendto(w, "x", 1, 0, (void *)&a, 4)); SHOW(sendto(w, "x", 1, MSG_OOB, (void *)&a, sizeof a)); SHOW(sendto(w, BAD, 1, 0, (void *)&a, sizeof a)); SHOW(sendto(w, "x", 1, 0, BAD, sizeof a));
    b = a; b.sin_family = 77; SHOW(sendto(w, "x", 1, 0, (void *)&b, sizeof b)); b = a; b.sin_port = 0; SHOW(sendto(w, "x", 1, 0, (void *)&b, sizeof b));
    SHOW(connect(w, (void *)&a, sizeof a)); SHOW(write(w, "abc", 3)); SHOW(sendto(w, "d", 1, 0, (void *)&a, sizeof a)); n = sizeof b; SHOW(getpeername(w, (void *)&b, &n)); SHOW(b.sin_port == a.sin_port);
    n = sizeof b; getsockname(w, (void *)&b, &n); SHOW(sendto(u, "back", 4, 0, (void *)&b, sizeof b)); SHOW(read(w, buffer, 9));
    SHOW(shutdown(w, SHUT_WR)); SHOW(write(w, "abc", 3)); SHOW(events(w)); SHOW(shutdown(w, SHUT_RD)); SHOW(events(w)); SHOW(read(w, buffer, 1));
    close(w);
    w = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    b = a; b.sin_port = htons(1); SHOW(connect(w, (void *)&b, sizeof b)); SHOW(write(w, "x", 1)); SHOW(events(w)); SHOW(write(w, "x", 1)); SHOW(write(w, "x", 1)); SHOW(option(w, SOL_SOCKET, SO_ERROR)); SHOW(write(w, "x", 1)); SHOW(read(w, buffer, 1)); SHOW(read(w, buffer, 1));
    struct sockaddr none = { AF_UNSPEC };
    SHOW(connect(w, &none, sizeof none)); SHOW(write(w, "x", 1)); SHOW(sendto(w, "x", 1, 0, (void *)&b, sizeof b)); SHOW(read(w, buffer, 1));
    // Who is connected gets packets from there only.
    SHOW(connect(w, (void *)&a, sizeof a)); n = sizeof b; getsockname(w, (void *)&b, &n);
    int x = socket(AF_INET, SOCK_DGRAM, 0);
    SHOW(sendto(x, "no", 2, 0, (void *)&b, sizeof b)); SHOW(sendto(u, "yes", 3, 0, (void *)&b, sizeof b)); SHOW(read(w, buffer, 9)); SHOW(read(w, buffer, 9));
    close(x); close(u); close(w);
    x = socket(AF_INET, SOCK_DGRAM, 0); u = socket(AF_INET, SOCK_DGRAM, 0);
    set(x, SOL_SOCKET, SO_REUSEADDR, 1); a.sin_port = 0; SHOW(bind(x, (void *)&a, sizeof a)); n = sizeof a; getsockname(x, (void *)&a, &n); SHOW(bind(u, (void *)&a, sizeof a)); set(u, SOL_SOCKET, SO_REUSEADDR, 1); SHOW(bind(u, (void *)&a, sizeof a));
    close(x); close(u);
}

static void options(void)
{
    puts("== options");
    int t = socket(AF_INET, SOCK_STREAM, 0), u = socket(AF_UNIX, SOCK_STREAM, 0), d = socket(AF_INET, SOCK_DGRAM, 0);
    SHOW(option(t, SOL_SOCKET, SO_RCVBUF)); SHOW(option(t, SOL_SOCKET, SO_SNDBUF)); SHOW(option(d, SOL_SOCKET, SO_RCVBUF)); SHOW(option(t, SOL_SOCKET, SO_PROTOCOL)); SHOW(option(d, SOL_SOCKET, SO_PROTOCOL));
    int names[] = { SO_DEBUG, SO_REUSEADDR, SO_ERROR, SO_DONTROUTE, SO_BROADCAST, SO_KEEPALIVE, SO_OOBINLINE, SO_PRIORITY, SO_REUSEPORT, SO_RCVLOWAT, SO_SNDLOWAT, SO_TIMESTAMP };
    for (int i = 0; i < sizeof names / sizeof *names; i++) printf("%d: %d %d %d\n", names[i], option(t, SOL_SOCKET, names[i]), option(u, SOL_SOCKET, names[i]), option(d, SOL_SOCKET, names[i]));
    int tcp[] = { TCP_NODELAY, TCP_MAXSEG, TCP_CORK, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_SYNCNT, TCP_LINGER2, TCP_DEFER_ACCEPT, TCP_USER_TIMEOUT };
    for (int i = 0; i < sizeof tcp / sizeof *tcp; i++) printf("tcp %d: %d %d %d\n", tcp[i], option(t, IPPROTO_TCP, tcp[i]), option(u, IPPROTO_TCP, tcp[i]), option(d, IPPROTO_TCP, tcp[i]));
    SHOW(set(t, IPPROTO_TCP, TCP_NODELAY, 7)); SHOW(option(t, IPPROTO_TCP, TCP_NODELAY)); SHOW(set(t, SOL_SOCKET, SO_KEEPALIVE, 5)); SHOW(option(t, SOL_SOCKET, SO_KEEPALIVE)); SHOW(set(t, IPPROTO_TCP, TCP_KEEPIDLE, 100)); SHOW(option(t, IPPROTO_TCP, TCP_KEEPIDLE)); SHOW(set(t, IPPROTO_TCP, TCP_KEEPIDLE, 0)); SHOW(set(t, IPPROTO_TCP, TCP_KEEPCNT, 200)); SHOW(set(t, IPPROTO_TCP, 999, 1)); SHOW(option(t, IPPROTO_TCP, 999));
    SHOW(set(u, SOL_SOCKET, SO_RCVBUF, 1000)); SHOW(option(u, SOL_SOCKET, SO_RCVBUF)); SHOW(set(u, SOL_SOCKET, SO_SNDBUF, 1000)); SHOW(option(u, SOL_SOCKET, SO_SNDBUF)); SHOW(set(u, SOL_SOCKET, SO_SNDBUF, 50000)); SHOW(option(u, SOL_SOCKET, SO_SNDBUF)); SHOW(setsockopt(u, SOL_SOCKET, SO_RCVBUF, buffer, 3)); SHOW(setsockopt(u, SOL_SOCKET, SO_RCVBUF, BAD, 4)); SHOW(set(u, SOL_SOCKET, 999, 1)); SHOW(set(u, SOL_SOCKET, SO_TYPE, 1)); SHOW(option(u, SOL_SOCKET, 999)); SHOW(option(u, IPPROTO_TCP, 1)); SHOW(set(u, IPPROTO_TCP, 1, 1)); SHOW(set(u, SOL_SOCKET, SO_REUSEPORT, 1)); SHOW(set(t, SOL_SOCKET, SO_REUSEPORT, 1));
    SHOW(set(u, SOL_SOCKET, SO_RCVLOWAT, 0)); SHOW(option(u, SOL_SOCKET, SO_RCVLOWAT)); SHOW(set(t, IPPROTO_IP, IP_TTL, 0)); SHOW(set(t, IPPROTO_IP, IP_TTL, 33)); SHOW(option(t, IPPROTO_IP, IP_TTL));
    struct timeval tv = { 1, 500000 }; socklen_t n = sizeof tv;
    SHOW(setsockopt(u, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv)); tv.tv_sec = 0; SHOW(getsockopt(u, SOL_SOCKET, SO_RCVTIMEO, &tv, &n)); SHOW(n); SHOW(tv.tv_sec); tv.tv_usec = 1000000; SHOW(setsockopt(u, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv)); SHOW(setsockopt(u, SOL_SOCKET, SO_RCVTIMEO, &tv, 8));
    n = 2; int value = -1; SHOW(getsockopt(t, SOL_SOCKET, SO_TYPE, &value, &n)); SHOW(n); SHOW(value & 0xffff); n = -1; SHOW(getsockopt(t, SOL_SOCKET, SO_TYPE, &value, &n)); SHOW(getsockopt(t, SOL_SOCKET, SO_TYPE, &value, BAD)); n = 4; SHOW(getsockopt(t, SOL_SOCKET, SO_TYPE, BAD, &n)); SHOW(getsockopt(0, SOL_SOCKET, SO_TYPE, &value, &n)); SHOW(setsockopt(99, SOL_SOCKET, SO_TYPE, &value, n)); SHOW(setsockopt(t, SOL_SOCKET, SO_KEEPALIVE, &value, -1));
    close(t); close(u); close(d);
}

static int port;

static void *echo(void *listener)
{
    static char copy[10000];
    int s = accept((int)(long)listener, NULL, NULL);
    for (long n; (n = read(s, copy, sizeof copy)) > 0;)
        for (long sent = 0, k; sent < n && (k = write(s, copy + sent, n - sent)) > 0; sent += k) { }
    close(s);
    return NULL;
}

static void *reader(void *socket)
{
    static char copy[1 << 20];
    long got = 0, sum = 0;
    for (long n; (n = recv((int)(long)socket, copy + got, sizeof copy - got, 0)) > 0;) got += n;
    for (long i = 0; i < got; i++) sum += copy[i] * (i % 7);
    return (void *)(got * 1000003 + sum);
}

static void *waker(void *socket) { later(); send((int)(long)socket, "wake", 4, 0); return NULL; }

static void *shutter(void *socket) { later(); shutdown((int)(long)socket, SHUT_RDWR); return NULL; }

static void *connector(void *address) { later(); int s = socket(AF_INET, SOCK_STREAM, 0); connect(s, address, sizeof(struct sockaddr_in)); write(s, "hi", 2); char c; read(s, &c, 1); close(s); return NULL; }

static void threads(void)
{
    puts("== threads");
    struct sockaddr_in a = { AF_INET, 0, { htonl(INADDR_LOOPBACK) } };
    socklen_t n = sizeof a;
    pthread_t t;
    void *result;
    int l = socket(AF_INET, SOCK_STREAM, 0), v[2];
    bind(l, (void *)&a, sizeof a); listen(l, 5); getsockname(l, (void *)&a, &n);

    // 1 MiB through an echo and back.
    pthread_create(&t, NULL, echo, (void *)(long)l);
    int c = socket(AF_INET, SOCK_STREAM, 0);
    SHOW(connect(c, (void *)&a, sizeof a));
    for (int i = 0; i < sizeof buffer; i++) buffer[i] = i % 251;
    pthread_t r;
    pthread_create(&r, NULL, reader, (void *)(long)c);
    SHOW(send(c, buffer, sizeof buffer, 0)); SHOW(shutdown(c, SHUT_WR));
    pthread_join(r, &result); SHOW((long)result); pthread_join(t, NULL);
    close(c);

    // accept, recv and poll wait; a second listener thread.
    pthread_create(&t, NULL, connector, &a);
    int s = accept(l, NULL, NULL);
    SHOW(recv(s, buffer, 10, MSG_WAITALL * 0)); struct pollfd p = { s, POLLIN | POLLRDHUP, 0 };
    SHOW(poll(&p, 1, 20)); SHOW(write(s, "x", 1)); SHOW(poll(&p, 1, -1)); SHOW(p.revents);
    pthread_join(t, NULL);
    close(s);

    for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++)
    {
        socketpair(AF_UNIX, type, 0, v);
        pthread_create(&t, NULL, waker, (void *)(long)v[1]);
        SHOW(recv(v[0], buffer, 10, 0));
        pthread_join(t, NULL);
        pthread_create(&t, NULL, shutter, (void *)(long)v[0]);
        SHOW(recv(v[0], buffer, 10, 0));
        pthread_join(t, NULL);
        close(v[0]); close(v[1]);
    }

    struct timeval tv = { 0, 30000 };
    socketpair(AF_UNIX, SOCK_STREAM, 0, v);
    setsockopt(v[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    setsockopt(v[0], SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
    int64_t begin = now();
    SHOW(recv(v[0], buffer, 1, 0)); SHOW(now() - begin >= 30000000);
    long sent = send(v[0], buffer, sizeof buffer, 0);
    SHOW(sent > 50000 && sent < sizeof buffer); SHOW(send(v[0], buffer, 100000, 0));
    close(v[0]); close(v[1]);

    // A writer that waits for room hears of the end.
    socketpair(AF_UNIX, SOCK_STREAM, 0, v);
    pthread_create(&t, NULL, shutter, (void *)(long)v[1]);
    sent = send(v[0], buffer, sizeof buffer, 0);
    SHOW(sent > 50000 && sent < sizeof buffer); SHOW(send(v[0], buffer, 1, 0));
    pthread_join(t, NULL);
    close(v[0]); close(v[1]); close(l);

    // Edge-triggered epoll on a stream: each arrival is an edge, and so is room after there was none.
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, v);
    struct epoll_event e = { EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET }, got[2];
    int ep = epoll_create1(0);
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, v[0], &e)); SHOW(epoll_wait(ep, got, 2, 0)); SHOW(got[0].events); SHOW(epoll_wait(ep, got, 2, 0));
    write(v[1], "a", 1); SHOW(epoll_wait(ep, got, 2, 0)); SHOW(got[0].events); write(v[1], "b", 1); SHOW(epoll_wait(ep, got, 2, 0)); SHOW(epoll_wait(ep, got, 2, 0));
    while (write(v[0], buffer, 4000) > 0) { }
    SHOW(epoll_wait(ep, got, 2, 0));
    while (read(v[1], buffer, 4000) > 0) { }
    SHOW(epoll_wait(ep, got, 2, 0)); SHOW(got[0].events);
    shutdown(v[1], SHUT_WR); SHOW(epoll_wait(ep, got, 2, 0)); SHOW(got[0].events); close(v[1]); SHOW(epoll_wait(ep, got, 2, 0)); SHOW(got[0].events);
    close(v[0]); close(ep);
}

int main(int count, char **arguments)
{
    static char output[1 << 18];
    setvbuf(stdout, output, _IOFBF, sizeof output);
    signal(SIGPIPE, SIG_IGN);
    creation();
    for (int i = 0; i < 3; i++) local((int[]){ SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM }[i]);
    for (int i = 0; i < 3; i++) paths((int[]){ SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM }[i]);
    for (int i = 0; i < 3; i++) pairs((int[]){ SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM }[i]);
    for (int i = 0; i < 3; i++) messages((int[]){ SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM }[i]);
    tcp();
    tcp6();
    udp();
    options();
    threads();
    return 0;
}
