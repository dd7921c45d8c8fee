// A program at a terminal: tells its size again when that changes, takes keys one by one if asked, and ends by Ctrl-C.
//
//   terminal [raw]
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static volatile int changed, interrupted;

static void handle(int signal)
{
    if (signal == SIGINT)
        interrupted = 1;
    else
        changed = 1;
}

static void show_size(void)
{
    struct winsize size;
    if (ioctl(0, TIOCGWINSZ, &size))
        printf("no terminal\n");
    else
        printf("size %dx%d\n", size.ws_col, size.ws_row);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct sigaction action = { .sa_handler = handle };
    struct termios settings;
    unsigned char key;
    sigset_t both, old;

    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGWINCH);
    sigprocmask(SIG_BLOCK, &both, &old);
    sigaction(SIGINT, &action, 0);
    sigaction(SIGWINCH, &action, 0);
    if (argc > 1 && !strcmp(argv[1], "raw")) {
        tcgetattr(0, &settings);
        settings.c_lflag &= ~(ICANON | ECHO | ISIG);
        tcsetattr(0, TCSANOW, &settings);
        printf("raw\n");
        fflush(stdout);
        while (read(0, &key, 1) == 1 && key != 'q') {
            printf("key %02x\n", key);
            fflush(stdout);
        }
        printf("end\n");
        fflush(stdout);
        return 5;
    }
    show_size();
    while (!interrupted) {
        sigsuspend(&old);
        if (changed) {
            changed = 0;
            show_size();
        }
    }
    printf("interrupted\n");
    return 9;
}
