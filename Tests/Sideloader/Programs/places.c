// Paths that lead to /proc, /sys and /dev by symbolic links, by ".." and from the root: run by Linux and by the unikernel, in directories
// that are alike. The argument is the path of the directory, if it is not the root.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#define SAY(call) do { errno = 0; long r_ = (long)(call); printf("  %s = %ld %s\n", #call, r_, r_ < 0 ? strerrorname_np(errno) : ""); } while (0)

static const char *root;
static int home;

static const char *at(const char *name)
{
    static char path[8][8192];
    static int next;
    next = (next + 1) % 8;
    snprintf(path[next], sizeof path[next], "%s/%s", root, name);
    return path[next];
}

static void first(const char *what, int file)
{
    char b[14] = "";
    if (file < 0) { printf("  %s: %s\n", what, strerrorname_np(errno)); return; }
    ssize_t r = read(file, b, sizeof b - 1);
    for (char *p = b; *p; p++) if (*p < ' ' || (*p >= '0' && *p <= '9')) *p = '.';
    // Which file system is the first one is Linux's affair.
    if (strstr(b, " / ") || !strncmp(b, "proc /", 6)) strcpy(b, "a mount");
    printf("  %s: %d <%s>\n", what, r > 0, r < 0 ? strerrorname_np(errno) : b);
    close(file);
}

static int open2(int directory, const char *path, unsigned flags, unsigned resolve)
{
    struct open_how how = { .flags = flags, .resolve = resolve };
    return syscall(SYS_openat2, directory, path, &how, sizeof how);
}

static void kind(const char *what, int r, struct stat *s)
{
    printf("  %s: %s %o\n", what, r < 0 ? strerrorname_np(errno) : "", r < 0 ? 0 : s->st_mode & S_IFMT);
}

static void look(const char *path)
{
    struct stat s;
    struct statx x;
    struct statfs f;
    char b[100];
    printf("%s\n", path + (strncmp(path, root, strlen(root)) ? 0 : strlen(root)));
    first("open", open(path, O_RDONLY | O_NONBLOCK));
    first("nofollow", open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    int p = open(path, O_PATH | O_NOFOLLOW);
    kind("path of link", p < 0 ? p : fstat(p, &s), &s);
    close(p);
    first("no symlinks", open2(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, RESOLVE_NO_SYMLINKS));
    first("exclusive", open(path, O_RDONLY | O_CREAT | O_EXCL, 0600));
    kind("stat", stat(path, &s), &s);
    kind("lstat", lstat(path, &s), &s);
    kind("fstatat", fstatat(AT_FDCWD, path, &s, 0), &s);
    int r = statx(AT_FDCWD, path, 0, STATX_TYPE, &x);
    printf("  statx: %s %o\n", r < 0 ? strerrorname_np(errno) : "", r < 0 ? 0 : x.stx_mode & S_IFMT);
    r = statfs(path, &f);
    printf("  statfs: %s\n", r < 0 ? strerrorname_np(errno) : f.f_type == 0x9fa0 ? "proc" : f.f_type == 0x62656572 ? "sysfs" : "other");
    SAY(access(path, R_OK));
    SAY(faccessat(AT_FDCWD, path, F_OK, AT_EACCESS));
    SAY(readlink(path, b, sizeof b) >= 0 ? 1 : -1);
    r = chdir(path);
    printf("  chdir: %s", r < 0 ? strerrorname_np(errno) : "");
    if (!r) {
        // What is the tree's has another path on Linux; and a process another number.
        getcwd(b, sizeof b);
        char *from = strncmp(b, root, strlen(root)) || !*root ? b : b + strlen(root), *to = b;
        for (; *from; from++) if (*from < '0' || *from > '9') *to++ = *from; else if (to == b || to[-1] != '#') *to++ = '#';
        *to = 0;
        printf(" %s %d", *b ? b : "/", access("self/comm", R_OK));
    }
    puts("");
    fchdir(home);
}

int main(int count, char **words)
{
    root = count > 1 ? words[1] : "";
    home = open(*root ? root : "/", O_RDONLY | O_DIRECTORY);
    fchdir(home);
    umask(0);
    mkdir("etc", 0755);
    const char *links[][2] = {
        { "mtab", "/proc/self/mounts" }, { "fd", "/dev/fd" }, { "p", "/proc" }, { "d", "/dev" }, { "s", "/sys/kernel" }, { "null", "/dev/null" },
        { "comm", "p/self/comm" }, { "up", "../../../../../../../../../../../proc/self/comm" }, { "in", "p/../proc/self/comm" }, { "loop", "loop" },
        { "none", "/proc/nothing" }, { "new", "/dev/nothing/new" }, { "slash", "/proc/" }, { "dot", "/./proc/./self//comm" }, { "self", "/etc/../proc/self" },
        { "plain", "../etc" }, { "c0", "/proc/self/comm" },
    };
    for (unsigned i = 0; i < sizeof links / sizeof *links; i++) symlinkat(links[i][1], home, strcat(strcpy((char[50]){ 0 }, "etc/"), links[i][0]));
    for (int i = 1; i <= 41; i++) {
        char name[20], to[20];
        sprintf(name, "etc/c%d", i), sprintf(to, "c%d", i - 1);
        symlink(to, name);
    }

    const char *names[] = {
        "etc/mtab", "etc/fd", "etc/p", "etc/d", "etc/s", "etc/null", "etc/comm", "etc/up", "etc/in", "etc/loop", "etc/none", "etc/new", "etc/slash", "etc/dot",
        "etc/p/self/comm", "etc/p/", "etc/p/..", "etc/p/self/", "etc/mtab/", "etc/mtab/x", "etc/fd/0", "etc/fd/999", "etc/p/self/nothing", "etc/null/",
        "etc/p/version", "etc/p/self/task", "etc/s/../kernel", "etc/c1", "etc/c38", "etc/c39", "etc/c40", "etc/c41", "etc/p/../proc/self/comm", "etc/d/zero",
        "nothing/../proc/self/comm",
    };
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        look(names[i]);
        look(at(names[i]));
    }

    puts("from below");
    chdir("etc");
    look("p/self/comm"), chdir("etc");
    look("mtab");
    chdir("etc");
    first("climbed", open("../../../../../../../../../proc/self/comm", O_RDONLY));
    first("climbed by a link", openat(open(".", O_PATH), "up", O_RDONLY));

    puts("from the root");
    chdir("/");
    look("proc/self/comm");
    chdir("/");
    first("proc", open("proc/self/comm", O_RDONLY));
    first("dots", open("./proc//self/./comm", O_RDONLY));
    first("up", open("../proc/self/comm", O_RDONLY));
    first("over", open("proc/../proc/self/comm", O_RDONLY));
    first("version", open("proc/version", O_RDONLY));
    first("null", open("dev/null", O_RDWR));
    SAY(open("proc/nothing", O_CREAT | O_WRONLY, 0600));
    SAY(mkdir("proc", 0700));
    SAY(mkdir("proc/nothing", 0700));
    SAY(rmdir("proc/nothing"));
    SAY(unlink("proc/nothing"));
    int top = open("/", O_PATH | O_DIRECTORY), opened = open("/", O_RDONLY | O_DIRECTORY);
    first("at the root", openat(top, "proc/self/comm", O_RDONLY));
    first("at the root, opened", openat(opened, "proc/self/comm", O_RDONLY));
    first("inside the root", open2(top, "proc/self/comm", O_RDONLY, RESOLVE_NO_XDEV));
    struct stat s;
    kind("fstatat", fstatat(top, "proc", &s, AT_SYMLINK_NOFOLLOW), &s);
    SAY(mkdirat(top, "proc", 0700));

    puts("changes");
    fchdir(home);
    close(open("mine", O_CREAT | O_WRONLY, 0644));
    SAY(rename("mine", "etc/p/mine"));
    SAY(link("mine", "etc/d/mine"));
    SAY(mkdir("etc/p/nothing", 0700));
    SAY(rmdir("etc/p/nothing"));
    SAY(unlink("etc/p/nothing"));
    SAY(symlink("x", "etc/p/nothing"));
    SAY(mknod("etc/p/nothing", S_IFIFO | 0600, 0));
    SAY(open("etc/none", O_CREAT | O_WRONLY, 0600));
    SAY(open("etc/new", O_CREAT | O_WRONLY, 0600));
    SAY(truncate("etc/p/nothing", 0));
    SAY(chmod("etc/p/nothing", 0600));
    SAY(chown("etc/p/nothing", 0, 0));
    SAY(utimensat(AT_FDCWD, "etc/p/nothing", 0, 0));
    SAY(setxattr("etc/p/nothing", "user.x", "1", 1, 0));
    SAY(getxattr("etc/p/nothing", "user.x", 0, 0));
    SAY(listxattr("etc/p/version", 0, 0));
    SAY(removexattr("etc/p/nothing", "user.x"));
    SAY(mkdir("etc/p/..", 0700));
    SAY(rmdir("etc/p/.."));
    SAY(unlink("etc/p/.."));
    SAY(rmdir("etc/p/."));
    int null = open("etc/null", O_WRONLY | O_TRUNC);
    SAY(write(null, "abc", 3));
    int p = open("etc/p", O_RDONLY | O_DIRECTORY);
    first("below an opened one", openat(p, "self/comm", O_RDONLY));
    DIR *d = fdopendir(p);
    int found = 0;
    for (struct dirent *e; (e = readdir(d));) found += !strcmp(e->d_name, "self") || !strcmp(e->d_name, "version");
    printf("  found %d\n", found);

    // Links of the tree that do not lead out of it, and take links in it for what they are.
    puts("ordinary links");
    look("etc/plain/c1");
    SAY(open("etc/plain/made", O_CREAT | O_WRONLY | O_EXCL, 0600) >= 0);
    SAY(symlink("target", "dangling"));
    SAY(open("dangling", O_CREAT | O_WRONLY, 0600) >= 0);
    SAY(access("target", F_OK));
    return 4;
}
