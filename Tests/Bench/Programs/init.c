// The first process of a Linux guest: mounts what programs expect, runs one with its arguments, and ends the machine as the libOS does.
// Linked far from where programs are, so that an address is either its own or theirs.
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    char *environment[] = {"TZ=UTC0", "PWD=/", 0};
    int status = 0;
    mount("devtmpfs", "/dev", "devtmpfs", 0, 0);
    mount("proc", "/proc", "proc", 0, 0);
    mount("sysfs", "/sys", "sysfs", 0, 0);
    struct termios terminal;
    if (tcgetattr(1, &terminal) == 0) {
        terminal.c_oflag &= ~OPOST;
        tcsetattr(1, TCSANOW, &terminal);
    }
    if (count < 2)
        return 1;
    if (fork() == 0) {
        execve(arguments[1], arguments + 1, environment);
        perror(arguments[1]);
        _exit(127);
    }
    wait(&status);
    printf("\036azalea: exit %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    fflush(stdout);
    tcdrain(1);
    reboot(RB_POWER_OFF);
    return 0;
}
