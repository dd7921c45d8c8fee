// Waits at the peer until a signal comes from there.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile int number;

static void handle(int signal) { number = signal; }

int main(void)
{
    struct sigaction action = { .sa_handler = handle };
    sigaction(SIGINT, &action, 0);
    mkfifo("fifo", 0600);
    int f = open("fifo", O_RDWR);
    close(open("ready", O_CREAT | O_WRONLY, 0600));
    char b;
    ssize_t r = read(f, &b, 1);
    printf("signal %d, %s\n", number, r < 0 ? strerrorname_np(errno) : "");
    return 9;
}
