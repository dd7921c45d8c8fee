// preadv2 and pwritev2 with each flag, alone and together, on files and pipes.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static char data[64];

static void show(const char *what, int flags, ssize_t result)
{
    printf("%s %02x: %zd %s\n", what, flags, result, result < 0 ? strerrorname_np(errno) : "");
}

int main(void)
{
    struct iovec part = { data, 8 };
    struct iovec two[] = { { data, 3 }, { data + 10, 5 } };
    struct stat status;
    int file = open("flags", O_RDWR | O_CREAT | O_TRUNC, 0600);
    int reader = open("flags", O_RDONLY);
    memcpy(data, "abcdefgh12345678", 16);
    for (int flags = 0; flags < 0x80; flags++) {
        if (flags & 8 && flags & ~8)
            continue; // Together with others, NOWAIT of a write depends on the state of the page cache.
        show("pwritev2", flags, pwritev2(file, &part, 1, 4, flags));
        fstat(file, &status);
        printf("size %ld\n", (long)status.st_size);
        show("own position", flags, pwritev2(file, two, 2, -1, flags));
        printf("position %ld\n", (long)lseek(file, 0, SEEK_CUR));
        show("preadv2", flags, preadv2(file, &part, 1, 0, flags));
        show("preadv2 of two", flags, preadv2(reader, two, 2, 2, flags));
        show("preadv2 at the end", flags, preadv2(reader, two, 2, 1000000, flags));
        show("not for writing", flags, pwritev2(reader, &part, 1, 0, flags));
        show("no bytes", flags, pwritev2(file, &part, 0, 0, flags));
    }
    show("negative offset", 0, preadv2(file, &part, 1, -2, 0));
    show("unknown", 0x1000, preadv2(file, &part, 1, 0, 0x1000));
    show("unknown", 0x80000000, pwritev2(file, &part, 1, 0, 0x80000000));

    mkfifo("fifo", 0600);
    int pipe = open("fifo", O_RDWR);
    for (int flags = 0; flags < 0x20; flags = flags ? flags * 2 : 1) {
        if (flags != 8)
            show("write to a pipe", flags, pwritev2(pipe, &part, 1, -1, flags));
        if (flags != 8)
            show("read from a pipe", flags, preadv2(pipe, two, 2, -1, flags));
        show("pipe at an offset", flags, preadv2(pipe, two, 2, 0, flags));
    }
    show("empty pipe without waiting", 8, preadv2(pipe, &part, 1, -1, 8));
    show("write without waiting", 8, pwritev2(pipe, &part, 1, -1, 8));
    show("read without waiting", 8, preadv2(pipe, &part, 1, -1, 8));
    return 0;
}
