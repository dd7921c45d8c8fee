// splice, tee, sendfile and copy_file_range between files, named pipes, pipes and sockets, told line by line.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAY(call) do { errno = 0; long r_ = (long)(call); printf("%s = %ld %s\n", #call, r_, r_ < 0 ? strerrorname_np(errno) : ""); } while (0)

static char b[200000];

static void show(const char *what, int file)
{
    memset(b, 0, 64);
    ssize_t n = read(file, b, 60);
    printf("%s: %zd [%s]\n", what, n, n > 0 ? b : "");
}

static void whole(const char *name)
{
    int file = open(name, O_RDONLY);
    memset(b, 0, 100);
    ssize_t n = read(file, b, 90);
    for (int i = 0; i < n; i++) if (!b[i]) b[i] = '.';
    printf("%s: %zd [%s]\n", name, n, b);
    close(file);
}

int main(void)
{
    setvbuf(stdout, 0, _IOLBF, 0);
    int given = open("given", O_RDONLY), made = open("made", O_RDWR | O_CREAT, 0644), append = open("made", O_WRONLY | O_APPEND);
    mkfifo("fifo", 0600);
    mkfifo("second", 0600);
    int fifo = open("fifo", O_RDWR | O_NONBLOCK), second = open("second", O_RDWR | O_NONBLOCK);
    int pipes[2], pair[2];
    pipe2(pipes, O_NONBLOCK);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    loff_t at;

    // Both ends at the same side.
    SAY(splice(given, 0, fifo, 0, 4, 0));
    SAY(tee(fifo, second, 100, 0));
    show("second", second);
    SAY(splice(fifo, 0, made, 0, 100, 0));
    at = 7;
    SAY(splice(given, &at, fifo, 0, 100, 0));
    printf("%ld\n", (long)at);
    at = 10;
    SAY(splice(fifo, 0, made, &at, 100, 0));
    printf("%ld\n", (long)at);
    whole("made");
    SAY(splice(fifo, 0, made, 0, 100, 0));
    SAY(splice(given, 0, made, 0, 4, 0));
    SAY(splice(fifo, 0, append, 0, 4, SPLICE_F_NONBLOCK));
    SAY(tee(fifo, fifo, 4, 0));
    SAY(tee(given, fifo, 4, 0));
    at = 0;
    SAY(splice(fifo, &at, made, 0, 4, 0));
    SAY(splice(given, 0, fifo, 0, 0, 0));
    SAY(splice(given, 0, fifo, 0, 4, 64));
    SAY(lseek(given, 0, SEEK_CUR));

    // A file at one side and a pipe or a socket that may be at the other.
    lseek(given, 1, SEEK_SET);
    SAY(splice(given, 0, pipes[1], 0, 3, 0));
    SAY(lseek(given, 0, SEEK_CUR));
    at = 6;
    SAY(splice(given, &at, pipes[1], 0, 100, 0));
    printf("%ld\n", (long)at);
    SAY(lseek(given, 0, SEEK_CUR));
    lseek(made, 20, SEEK_SET);
    SAY(splice(pipes[0], 0, made, 0, 2, 0));
    SAY(splice(pipes[0], 0, made, 0, 2, 0));
    SAY(lseek(made, 0, SEEK_CUR));
    at = 30;
    SAY(splice(pipes[0], 0, made, &at, 100, 0));
    printf("%ld\n", (long)at);
    SAY(lseek(made, 0, SEEK_CUR));
    whole("made");
    SAY(splice(pipes[0], 0, made, 0, 2, 0));
    SAY(splice(given, 0, pipes[1], 0, 2, 0));
    SAY(splice(pipes[0], 0, append, 0, 2, 0));
    show("left", pipes[0]);

    lseek(given, 2, SEEK_SET);
    off_t from = 5;
    SAY(sendfile(pair[0], given, 0, 4));
    SAY(lseek(given, 0, SEEK_CUR));
    SAY(sendfile(pair[0], given, &from, 100));
    printf("%ld\n", (long)from);
    show("socket", pair[1]);
    SAY(sendfile(pipes[1], given, 0, 2));
    show("pipe", pipes[0]);
    SAY(sendfile(pair[0], fifo, &from, 2));

    // Memory on the one side, files on the other.
    int memory = memfd_create("m", 0);
    write(memory, "memory of its own", 17);
    from = 3;
    lseek(made, 40, SEEK_SET);
    SAY(sendfile(made, memory, &from, 5));
    SAY(lseek(made, 0, SEEK_CUR));
    lseek(given, 0, SEEK_SET);
    SAY(sendfile(memory, given, 0, 100));
    SAY(lseek(memory, 0, SEEK_CUR));
    SAY(lseek(given, 0, SEEK_CUR));
    whole("made");
    loff_t input = 0, output = 0;
    SAY(copy_file_range(memory, &input, made, &output, 5, 0));
    SAY(copy_file_range(given, &input, memory, &output, 5, 0));
    return 3;
}
