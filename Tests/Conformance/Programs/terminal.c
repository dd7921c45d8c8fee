// What standard input is, and what it gives: the same lines everywhere.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static void show(const char *what, const char *bytes, long count)
{
    printf("%s %ld:", what, count);
    for (long i = 0; i < count; i++)
        printf(" %02x", (unsigned char)bytes[i]);
    printf("%s\n", count < 0 ? strerror(errno) : "");
}

static void describe(void)
{
    struct winsize size = { 1, 2, 3, 4 };
    struct termios settings;
    for (int i = 0; i < 3; i++) {
        struct stat status;
        fstat(i, &status);
        int r = tcgetattr(i, &settings);
        printf("%d: isatty %d, tcgetattr %d, kind %o\n", i, isatty(i), r, status.st_mode & S_IFMT);
        if (r)
            continue;
        printf("flags %x %x %x %x\n", settings.c_iflag, settings.c_oflag, settings.c_cflag & ~CBAUD, settings.c_lflag);
        for (int c = 0; c < 17; c++)
            printf(" %d", settings.c_cc[c]);
        r = ioctl(i, TIOCGWINSZ, &size);
        printf("\nwindow %d %d %d %d %d\n", r, size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel);
        printf("group %d, session %d\n", tcgetpgrp(i) == getpgrp(), tcgetsid(i) == getsid(0));
        size.ws_row = 50;
        printf("resized %d", ioctl(i, TIOCSWINSZ, &size));
        ioctl(i, TIOCGWINSZ, &size);
        printf(" %d\n", size.ws_row);
        int count = 77;
        printf("unread %d %d, unsent %d", ioctl(i, FIONREAD, &count), count, ioctl(i, TIOCOUTQ, &count));
        printf(" %d\n", count);
        printf("bad address %d %d\n", ioctl(i, TCGETS, 8), errno);
        printf("flush %d %d, flow %d %d, drain %d\n", tcflush(i, TCIFLUSH), ioctl(i, TCFLSH, 9), tcflow(i, TCOON), ioctl(i, TCXONC, 9), tcdrain(i));
        printf("unknown %d %d\n", ioctl(i, 0x54ff, 0), errno);
        settings.c_lflag &= ~ECHO;
        settings.c_cc[VERASE] = 'x';
        r = tcsetattr(i, TCSANOW, &settings);
        tcgetattr(i, &settings);
        printf("changed %d %d %c\n", r, settings.c_lflag & ECHO, settings.c_cc[VERASE]);
        settings.c_lflag |= ECHO;
        settings.c_cc[VERASE] = 127;
        tcsetattr(i, TCSADRAIN, &settings);
        int more = open("/dev/tty", O_RDWR | O_NONBLOCK);
        printf("/dev/tty: %d, seek %d %d", more >= 0, (int)lseek(more, 0, SEEK_CUR), errno);
        char c;
        errno = 0;
        printf(", read %d %d\n", (int)read(more, &c, 1), errno);
        close(more);
    }
}

static void readAll(void)
{
    char bytes[64];
    long count;
    while ((count = read(0, bytes, sizeof bytes)) > 0)
        show("line", bytes, count);
    show("end", bytes, count);
}

static void readRaw(int minimum, int time, int room)
{
    struct termios settings;
    tcgetattr(0, &settings);
    cfmakeraw(&settings);
    settings.c_cc[VMIN] = minimum;
    settings.c_cc[VTIME] = time;
    settings.c_oflag |= OPOST;
    tcsetattr(0, TCSANOW, &settings);
    printf("ready\n");
    fflush(stdout);
    char bytes[64];
    show("raw", bytes, read(0, bytes, room));
    show("raw", bytes, read(0, bytes, room));
}

int main(int count, char **arguments)
{
    if (count > 2)
        readRaw(arguments[1][0] - '0', arguments[1][1] - '0', arguments[2][0] - '0');
    else if (count > 1 && !strcmp(arguments[1], "describe"))
        describe();
    else {
        printf("ready\n");
        fflush(stdout);
        readAll();
    }
    return 0;
}
