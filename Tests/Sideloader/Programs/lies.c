// Calls with paths that a peer lies about: each has to end with an error or a result that Linux knows, and the files that are no lies must go on.
// The arguments are how many of the peer's lies there are, and how many times a random one is asked for.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { KINDS = 32 };

static const char *names[KINDS] = {
    "open", "creat", "openat", "stat", "lstat", "fstatat", "statx", "statfs", "access", "faccessat", "readlink", "readlinkat", "chdir", "truncate", "mkdir",
    "mkdirat", "mknod", "mkfifoat", "rmdir", "unlink", "unlinkat", "rename", "link", "symlink", "symlinkat", "chmod", "chown", "lchown", "utimensat",
    "getxattr", "setxattr", "exec",
};

static long call(int kind, const char *path)
{
    static char b[256];
    static struct stat s;
    static struct statx x;
    static struct statfs f;
    switch (kind) {
    case 0: return open(path, O_RDONLY | O_NONBLOCK);
    case 1: return creat(path, 0600);
    case 2: return openat(AT_FDCWD, path, O_RDWR | O_NONBLOCK | O_CREAT, 0600);
    case 3: return stat(path, &s);
    case 4: return lstat(path, &s);
    case 5: return fstatat(AT_FDCWD, path, &s, 0);
    case 6: return statx(AT_FDCWD, path, 0, STATX_ALL, &x);
    case 7: return statfs(path, &f);
    case 8: return access(path, R_OK);
    case 9: return faccessat(AT_FDCWD, path, F_OK, 0);
    case 10: return readlink(path, b, sizeof b);
    case 11: return readlinkat(AT_FDCWD, path, b, sizeof b);
    case 12: return chdir(path);
    case 13: return truncate(path, 3);
    case 14: return mkdir(path, 0700);
    case 15: return mkdirat(AT_FDCWD, path, 0700);
    case 16: return mknod(path, S_IFREG | 0600, 0);
    case 17: return mkfifoat(AT_FDCWD, path, 0600);
    case 18: return rmdir(path);
    case 19: return unlink(path);
    case 20: return unlinkat(AT_FDCWD, path, 0);
    case 21: return rename(path, "elsewhere");
    case 22: return link(path, "elsewhere");
    case 23: return symlink("text", path);
    case 24: return symlinkat("text", AT_FDCWD, path);
    case 25: return chmod(path, 0600);
    case 26: return chown(path, 0, 0);
    case 27: return lchown(path, 0, 0);
    case 28: return utimensat(AT_FDCWD, path, 0, 0);
    case 29: return getxattr(path, "user.a", b, sizeof b);
    case 30: return setxattr(path, "user.a", b, 3, 0);
    default: return execl(path, path, (char *)0);
    }
}

static int count;

static void ask(int kind, const char *path, int tells)
{
    errno = 0;
    long r = call(kind, path);
    if (r < -1 || r > 100000 || (r == -1 && (errno <= 0 || errno > 4095))) { printf("%s %s: %ld %d\n", names[kind], path, r, errno); exit(5); }
    if (tells && r < 0 && !strerrorname_np(errno)) printf(" %s=%d", names[kind], errno);
    else if (tells) printf(" %s=%s", names[kind], r < 0 ? strerrorname_np(errno) : kind < 3 ? "a file" : "0");
    if (kind < 3 && r >= 0) close(r);
    chdir("/");
    count++;
}

static void lives(void)
{
    char b[16] = "";
    struct stat s;
    int f = open("/true", O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (f < 0 || write(f, "the truth", 9) != 9 || pread(f, b, 16, 0) != 9 || memcmp(b, "the truth", 9) || stat("true", &s) || s.st_size != 9) { perror("the truth"); exit(6); }
    close(f);
    f = open("/proc/self/comm", O_RDONLY);
    if (f < 0 || read(f, b, 16) <= 0) { perror("comm"); exit(7); }
    close(f);
}

int main(int words, char **word)
{
    int lies = atoi(word[1]), times = atoi(word[2]);
    char path[64];
    for (int lie = 0; lie < lies; lie++) {
        sprintf(path, "/lie/%d", lie);
        printf("%d:", lie);
        for (int kind = 0; kind < KINDS; kind++) ask(kind, path, 1);
        puts("");
        lives();
    }
    for (int i = 0; i < times; i++) {
        ask(i % KINDS, "/lie/random", 0);
        if (i % 500 == 0) lives();
    }
    lives();
    printf("%d calls\n", count);
    return 3;
}
