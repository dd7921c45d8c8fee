// A signal during a long read of /dev/zero or /dev/urandom: the handler runs, and the read ends behind a page and not at its end.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGE = 4096, MOST = 32 << 20, TRIES = 40 };

static char buffer[MOST];
static volatile sig_atomic_t handled;

static void on_signal(int signal) { handled = signal; }

static long once(int file, int kind)
{
    struct iovec parts[2] = { { buffer, 1000 }, { buffer + 1000, MOST - 1000 } };
    struct itimerval soon = { .it_value = { .tv_usec = 1000 } };
    handled = 0;
    setitimer(ITIMER_REAL, &soon, 0);
    return kind ? readv(file, parts, 2) : read(file, buffer, MOST);
}

static void interrupt(const char *path, int kind)
{
    // A try in which the signal came before the read, or behind it, shows nothing.
    int file = open(path, O_RDONLY), tries = 0;
    long result;
    do
        result = once(file, kind);
    while (result == MOST && ++tries < TRIES);
    printf("%s: %s, handled %d, whole pages %d\n", path, result < 0 ? strerror(errno) : result == MOST ? "all of it" : result ? "a part" : "nothing", handled == SIGALRM, result % PAGE == 0);
    while (!handled)
        ;
    close(file);
}

static void whole(const char *path, long bytes, long expected)
{
    memset(buffer, 1, bytes + 1);
    int file = open(path, O_RDONLY);
    long result = read(file, buffer, bytes);
    printf("%s: %ld bytes %d, no more %d\n", path, bytes, result == expected, buffer[bytes] == 1);
    close(file);
}

int main(void)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    sigaction(SIGALRM, &action, 0);
    interrupt("/dev/zero", 0);
    interrupt("/dev/zero", 1);
    interrupt("/dev/full", 0);
    interrupt("/dev/urandom", 0);
    for (int i = 0; i < 2; i++) {
        const char *path = i ? "/dev/urandom" : "/dev/zero";
        long sizes[] = { 0, 1, 255, 256, 257, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE, 100000 };
        for (int at = 0; at < (int)(sizeof sizes / sizeof *sizes); at++)
            whole(path, sizes[at], sizes[at]);
        int file = open(path, O_RDONLY);
        char *volatile nowhere = (char *)8;
        long result = read(file, nowhere, 100);
        printf("%s: nowhere %ld %s\n", path, result, strerror(errno));

        // Memory that cannot be written ends it, with what was moved.
        char *two = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        munmap(two + PAGE, PAGE);
        printf("%s: a page of two %ld, 256 of 512 %ld\n", path, read(file, two, 2 * PAGE), read(file, two + PAGE - 256, 512));
        close(file);
    }
    return 0;
}
