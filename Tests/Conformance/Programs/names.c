// Results and error numbers of the calls that make, move and remove names. Works in a directory of its own, on a tmpfs.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-70s %ld %s\n", #call, r_, r_ == -1 ? strerrorname_np(e_) : ""); } while (0)
#define KIND(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-70s %s\n", #call, r_ == -1 ? strerrorname_np(e_) : "ok"); } while (0)
#define BAD ((void *)8)

static char name255[256], name256[257], path4095[4096], path4096[4097], buffer[1 << 16];

static void links(const char *path)
{
    struct stat s;
    if (lstat(path, &s) != 0)
        printf("%s: %s\n", path, strerrorname_np(errno));
    else
        printf("%s: mode %o links %ld size %ld blocks %ld\n", path, s.st_mode, (long)s.st_nlink, (long)s.st_size, (long)s.st_blocks);
}

static void touch(const char *path)
{
    close(open(path, O_CREAT | O_WRONLY, 0644));
}

static long open2(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
    struct open_how how = { flags, mode, resolve };
    return syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

static void make(void)
{
    SHOW(mkdir("d", 0755));
    SHOW(mkdir("d", 0755));
    SHOW(mkdir("d/", 0755));
    SHOW(mkdir("e/", 07777));
    links("e");
    SHOW(mkdir("x/y", 0755));
    SHOW(mkdir("", 0755));
    SHOW(mkdir(".", 0755));
    SHOW(mkdir("..", 0755));
    SHOW(mkdir("d/.", 0755));
    SHOW(mkdir("d/..", 0755));
    SHOW(mkdir("/", 0755));
    SHOW(mkdir(BAD, 0755));
    SHOW(mkdir(name255, 0755));
    SHOW(mkdir(name256, 0755));
    SHOW(mkdir(path4095, 0755));
    SHOW(mkdir(path4096, 0755));
    touch("f");
    SHOW(mkdir("f", 0755));
    SHOW(mkdir("f/", 0755));
    SHOW(mkdir("f/g", 0755));
    SHOW(mkdirat(99, "g", 0755));
    SHOW(mkdirat(99, "", 0755));
    umask(027);
    SHOW(mkdir("masked", 0777));
    links("masked");
    umask(022);
    SHOW(chmod("masked", 02755));
    SHOW(chown("masked", -1, 7));
    SHOW(mkdir("masked/inherits", 0700));
    links("masked/inherits");
    touch("masked/file");
    struct stat s;
    stat("masked/file", &s);
    printf("group %d mode %o\n", s.st_gid, s.st_mode);
    links("masked");
    SHOW(mknod("fifo", S_IFIFO | 0666, 0));
    SHOW(mknod("plain", 0600, 0));
    SHOW(mknod("plain2", S_IFREG | 04711, 0));
    SHOW(mknod("plain", 0600, 0));
    SHOW(mknod("dir", S_IFDIR | 0600, 0));
    SHOW(mknod("odd", 0170000, 0));
    SHOW(mknod("link", S_IFLNK | 0777, 0));
    SHOW(mknod("sock", S_IFSOCK | 0600, 0));
    SHOW(mknod("null", S_IFCHR | 0600, makedev(1, 3)));
    SHOW(mknod("block", S_IFBLK | 0600, makedev(240, 300)));
    SHOW(mknod("new/", S_IFREG | 0600, 0));
    links("fifo"); links("plain"); links("plain2"); links("sock"); links("null");
    stat("block", &s);
    printf("device %d:%d\n", major(s.st_rdev), minor(s.st_rdev));
    KIND(open("sock", O_RDONLY));
    KIND(open("null", O_RDWR));
    SHOW(write(open("null", O_RDWR), "x", 1));
}

static void symbolic(void)
{
    SHOW(symlink("d", "l"));
    SHOW(symlink("", "empty"));
    SHOW(symlink("x", "l"));
    SHOW(symlink("x", "d"));
    SHOW(symlink("x", "new/"));
    SHOW(symlink(path4095, "longlink"));
    SHOW(symlink(path4096, "longlink2"));
    SHOW(symlink(BAD, "y"));
    SHOW(symlink("y", BAD));
    SHOW(symlink("loop", "loop"));
    SHOW(symlink("loop2", "loop1"));
    SHOW(symlink("loop1", "loop2"));
    SHOW(symlink("nowhere", "dangling"));
    SHOW(symlink("made-through-link", "creates"));
    SHOW(symlink("d/", "slashed"));
    SHOW(symlink("f/", "file-slashed"));
    links("l"); links("longlink"); links("dangling");
    SHOW(readlink("l", buffer, 100));
    SHOW(readlink("longlink", buffer, 10));
    SHOW(readlink("l", buffer, 0));
    SHOW(readlink("l", buffer, -1));
    SHOW(readlink("d", buffer, 10));
    SHOW(readlink("none", buffer, 10));
    SHOW(readlink("", buffer, 10));
    SHOW(readlink("l/", buffer, 10));
    SHOW(readlink("l", BAD, 10));
    int fd = open("l", O_PATH | O_NOFOLLOW);
    SHOW(readlinkat(fd, "", buffer, 10));
    int dir = open("d", O_RDONLY);
    SHOW(readlinkat(dir, "", buffer, 10));
    SHOW(access("loop", F_OK));
    SHOW(access("loop1", F_OK));
    SHOW(open("loop", O_RDONLY));
    SHOW(open("loop", O_RDONLY | O_NOFOLLOW));
    SHOW(open("l", O_RDONLY | O_NOFOLLOW));
    SHOW(open("l", O_RDONLY | O_NOFOLLOW | O_DIRECTORY));
    KIND(open("l/", O_RDONLY | O_NOFOLLOW));
    SHOW(open("dangling", O_RDONLY));
    KIND(open("creates", O_CREAT | O_WRONLY, 0600));
    links("made-through-link");
    SHOW(open("creates", O_CREAT | O_EXCL | O_WRONLY, 0600));
    SHOW(open("dangling", O_CREAT | O_EXCL | O_WRONLY, 0600));
    SHOW(open("dangling/", O_CREAT | O_WRONLY, 0600));
    SHOW(mkdir("dangling", 0700));
    SHOW(mkdir("dangling/", 0700));
    KIND(open("slashed", O_RDONLY));
    SHOW(open("file-slashed", O_RDONLY));
    SHOW(access("file-slashed", F_OK));
    char target[32], next[32];
    symlink("d", "chain0");
    for (int i = 1; i <= 45; i++) {
        snprintf(next, sizeof(next), "chain%d", i);
        snprintf(target, sizeof(target), "chain%d", i - 1);
        symlink(target, next);
    }
    SHOW(access("chain39", F_OK));
    SHOW(access("chain40", F_OK));
    SHOW(access("chain39/.", F_OK));
    SHOW(access("chain40/.", F_OK));
    for (int i = 0; i <= 45; i++) {
        snprintf(next, sizeof(next), "chain%d", i);
        unlink(next);
    }
    close(fd);
    close(dir);
}

static void opening(void)
{
    SHOW(open("", O_RDONLY));
    SHOW(open("none", O_RDONLY));
    SHOW(open("f/", O_RDONLY));
    SHOW(open("f/x", O_RDONLY));
    SHOW(open("f", O_RDONLY | O_DIRECTORY));
    SHOW(open("d", O_WRONLY));
    SHOW(open("d", O_RDWR));
    SHOW(open("d", O_RDONLY | O_TRUNC));
    SHOW(open("d", O_RDONLY | O_CREAT, 0600));
    SHOW(open("d/", O_RDONLY | O_CREAT, 0600));
    SHOW(open("d", O_RDONLY | O_CREAT | O_EXCL, 0600));
    SHOW(open("d", O_RDONLY | O_CREAT | O_DIRECTORY, 0600));
    SHOW(open("none", O_RDONLY | O_CREAT | O_DIRECTORY, 0600));
    SHOW(open(".", O_RDONLY | O_CREAT, 0600));
    SHOW(open("d/..", O_RDONLY | O_CREAT, 0600));
    SHOW(open("new/", O_RDONLY | O_CREAT, 0600));
    SHOW(open("f/", O_RDONLY | O_CREAT, 0600));
    SHOW(open("f", O_RDONLY | O_CREAT | O_EXCL, 0600));
    SHOW(open("x/y", O_CREAT | O_WRONLY, 0600));
    SHOW(open(name256, O_CREAT | O_WRONLY, 0600));
    SHOW(open(name256, O_RDONLY));
    SHOW(open(path4096, O_RDONLY));
    SHOW(creat("d", 0600));
    SHOW(openat(99, "f", O_RDONLY));
    KIND(openat(99, "/", O_RDONLY));
    int f = open("f", O_RDONLY), d = open("d", O_RDONLY);
    SHOW(openat(f, "x", O_RDONLY));
    SHOW(openat(f, "", O_RDONLY));
    KIND(openat(d, "../f", O_RDONLY));
    umask(077);
    close(open("moded", O_CREAT | O_WRONLY, 06777));
    links("moded");
    umask(022);
    int readable = open("only-written", O_CREAT | O_WRONLY, 0);
    links("only-written");
    SHOW(read(readable, buffer, 1));
    SHOW(write(f, "x", 1));
    int both = open("f", 3);
    SHOW(read(both, buffer, 1));
    SHOW(write(both, "x", 1));
    SHOW(fcntl(both, F_GETFL) & 3);
    int path = open("f", O_PATH);
    SHOW(fcntl(path, F_GETFL) & ~O_LARGEFILE);
    SHOW(read(path, buffer, 1));
    SHOW(fchmod(path, 0600));
    SHOW(ftruncate(path, 0));
    SHOW(lseek(path, 0, SEEK_SET));
    SHOW(fcntl(path, F_SETFL, O_APPEND));
    SHOW(dup2(path, 60));
    struct stat s;
    SHOW(fstat(path, &s));
    SHOW(close(60));
    SHOW(open("f", O_PATH | O_CREAT | O_EXCL));
    SHOW(fchdir(path));
    int tmp = open(".", O_TMPFILE | O_RDWR, 0640);
    fstat(tmp, &s);
    printf("temporary: mode %o links %ld\n", s.st_mode, (long)s.st_nlink);
    SHOW(write(tmp, "kept", 4));
    snprintf(buffer, sizeof(buffer), "/proc/self/fd/%d", tmp);
    SHOW(linkat(tmp, "", AT_FDCWD, "from-temporary", AT_EMPTY_PATH));
    links("from-temporary");
    int locked = open(".", O_TMPFILE | O_RDWR | O_EXCL, 0640);
    SHOW(linkat(locked, "", AT_FDCWD, "never", AT_EMPTY_PATH));
    SHOW(open(".", O_TMPFILE | O_RDONLY, 0600));
    SHOW(open("f", O_TMPFILE | O_RDWR, 0600));
    SHOW(open("none", O_TMPFILE | O_RDWR, 0600));
    SHOW(open(".", O_TMPFILE | O_RDWR | O_CREAT, 0600));
    SHOW(open(".", (O_TMPFILE & ~O_DIRECTORY) | O_RDWR, 0600));
    close(f); close(d); close(both); close(path); close(tmp); close(locked); close(readable);

    KIND(open2(AT_FDCWD, "f", O_RDONLY, 0, 0));
    SHOW(open2(AT_FDCWD, "f", O_RDONLY, 0600, 0));
    SHOW(open2(AT_FDCWD, "new2", O_CREAT | O_WRONLY, 010000, 0));
    SHOW(open2(AT_FDCWD, "f", 1ULL << 40, 0, 0));
    SHOW(open2(AT_FDCWD, "f", O_PATH | O_RDWR, 0, 0));
    SHOW(open2(AT_FDCWD, "f", O_RDONLY, 0, 1 << 10));
    SHOW(open2(AT_FDCWD, "f", O_RDONLY, 0, RESOLVE_BENEATH | RESOLVE_IN_ROOT));
    SHOW(open2(AT_FDCWD, "new3", O_CREAT | O_WRONLY, 0600, RESOLVE_CACHED));
    SHOW(open2(AT_FDCWD, "../f", O_RDONLY, 0, RESOLVE_BENEATH));
    KIND(open2(AT_FDCWD, "d/../f", O_RDONLY, 0, RESOLVE_BENEATH));
    SHOW(open2(AT_FDCWD, "/", O_RDONLY, 0, RESOLVE_BENEATH));
    symlink("/f", "absolute");
    symlink("../../../../../f", "upwards");
    SHOW(open2(AT_FDCWD, "absolute", O_RDONLY, 0, RESOLVE_BENEATH));
    SHOW(open2(AT_FDCWD, "upwards", O_RDONLY, 0, RESOLVE_BENEATH));
    KIND(open2(AT_FDCWD, "absolute", O_RDONLY, 0, RESOLVE_IN_ROOT));
    KIND(open2(AT_FDCWD, "upwards", O_RDONLY, 0, RESOLVE_IN_ROOT));
    KIND(open2(AT_FDCWD, "/../../f", O_RDONLY, 0, RESOLVE_IN_ROOT));
    SHOW(open2(AT_FDCWD, "l", O_RDONLY, 0, RESOLVE_NO_SYMLINKS));
    SHOW(open2(AT_FDCWD, "l/.", O_RDONLY, 0, RESOLVE_NO_SYMLINKS));
    KIND(open2(AT_FDCWD, "l/.", O_RDONLY, 0, RESOLVE_NO_MAGICLINKS));
    KIND(open2(AT_FDCWD, "l", O_PATH | O_NOFOLLOW, 0, RESOLVE_NO_SYMLINKS));
    struct { struct open_how how; long more; } larger = { { O_RDONLY, 0, 0 }, 0 };
    KIND(syscall(SYS_openat2, AT_FDCWD, "f", &larger, sizeof(larger)));
    larger.more = 1;
    SHOW(syscall(SYS_openat2, AT_FDCWD, "f", &larger, sizeof(larger)));
    SHOW(syscall(SYS_openat2, AT_FDCWD, "f", &larger, 16));
    SHOW(syscall(SYS_openat2, AT_FDCWD, "f", BAD, 24));
}

static void linking(void)
{
    SHOW(link("f", "f2"));
    links("f"); links("f2");
    SHOW(link("f", "f2"));
    SHOW(link("none", "f3"));
    SHOW(link("d", "d2"));
    SHOW(link("f", "x/y"));
    SHOW(link("f", "d/"));
    SHOW(link("f", "new/"));
    SHOW(link("f/", "f3"));
    SHOW(link("f", "."));
    SHOW(link("l", "l2"));
    links("l2");
    SHOW(linkat(AT_FDCWD, "dangling", AT_FDCWD, "l3", AT_SYMLINK_FOLLOW));
    SHOW(linkat(AT_FDCWD, "f", AT_FDCWD, "f4", 1));
    SHOW(linkat(AT_FDCWD, "f", 99, "f4", 0));
    SHOW(linkat(99, "f", AT_FDCWD, "f4", 0));
    SHOW(unlink("f2"));
    links("f");
    SHOW(unlink("f2"));
    SHOW(unlink("d"));
    SHOW(unlink("d/"));
    SHOW(unlink("f/"));
    SHOW(unlink("none/"));
    SHOW(unlink("."));
    SHOW(unlink(".."));
    SHOW(unlink("/"));
    SHOW(unlink(""));
    SHOW(unlink(name256));
    SHOW(unlink("l2"));
    SHOW(unlink("l/"));
    SHOW(rmdir("f"));
    SHOW(rmdir("l"));
    SHOW(rmdir("l/"));
    SHOW(rmdir("none"));
    SHOW(rmdir("."));
    SHOW(rmdir(".."));
    SHOW(rmdir("d/."));
    SHOW(rmdir("d/.."));
    SHOW(rmdir("/"));
    SHOW(rmdir("masked"));
    SHOW(rmdir("e/"));
    SHOW(unlinkat(AT_FDCWD, "f", AT_REMOVEDIR));
    SHOW(unlinkat(AT_FDCWD, "f", 1));
    SHOW(unlinkat(99, "f", 0));
}

static void renaming(void)
{
    touch("a"); touch("b"); mkdir("p", 0755); mkdir("q", 0755); mkdir("p/c", 0755); touch("p/c/x"); mkdir("empty", 0755);
    SHOW(rename("a", "a2"));
    SHOW(rename("a", "a3"));
    SHOW(rename("a2", "a2"));
    SHOW(rename("a2", "b"));
    links("a2");
    SHOW(rename("b", "p"));
    SHOW(rename("p", "b"));
    SHOW(rename("q", "p"));
    SHOW(rename("q", "empty"));
    SHOW(rename("p", "p/c/y"));
    SHOW(rename("p", "p/y"));
    SHOW(rename("p/c", "p"));
    SHOW(rename("p/c/x", "p"));
    SHOW(rename("p", "p"));
    SHOW(rename(".", "z"));
    SHOW(rename("p/..", "z"));
    SHOW(rename("b", "."));
    SHOW(rename("b", "p/.."));
    SHOW(rename("b", "z/"));
    SHOW(rename("b/", "z"));
    SHOW(rename("empty/", "moved/"));
    SHOW(rename("empty", "moved/"));
    SHOW(rename("", "z"));
    SHOW(rename("b", ""));
    SHOW(rename("b", "x/y"));
    SHOW(rename("x/y", "b"));
    SHOW(rename("b", name256));
    SHOW(rename(name256, "b"));
    SHOW(rename("p/c", "moved/c"));
    links("p"); links("moved"); links("moved/c");
    SHOW(access("moved/c/x", F_OK));
    SHOW(link("b", "b2"));
    SHOW(rename("b", "b2"));
    links("b"); links("b2");
    SHOW(rename("l", "renamed-link"));
    links("renamed-link");
    SHOW(renameat2(AT_FDCWD, "b", AT_FDCWD, "b2", RENAME_NOREPLACE));
    SHOW(renameat2(AT_FDCWD, "b", AT_FDCWD, "b3", RENAME_NOREPLACE));
    SHOW(renameat2(AT_FDCWD, "b3", AT_FDCWD, ".", RENAME_NOREPLACE));
    SHOW(renameat2(AT_FDCWD, "b3", AT_FDCWD, "p", RENAME_EXCHANGE));
    links("b3"); links("p");
    SHOW(renameat2(AT_FDCWD, "b3", AT_FDCWD, "none", RENAME_EXCHANGE));
    SHOW(renameat2(AT_FDCWD, "moved", AT_FDCWD, "moved/c", RENAME_EXCHANGE));
    SHOW(renameat2(AT_FDCWD, "moved/c", AT_FDCWD, "moved", RENAME_EXCHANGE));
    SHOW(renameat2(AT_FDCWD, "moved/c", AT_FDCWD, "p", RENAME_EXCHANGE));
    links("moved"); links("moved/c"); links("p");
    SHOW(renameat2(AT_FDCWD, "b3", AT_FDCWD, "p", RENAME_EXCHANGE | RENAME_NOREPLACE));
    SHOW(renameat2(AT_FDCWD, "b3", AT_FDCWD, "p", 8));
    SHOW(renameat2(AT_FDCWD, "b2", AT_FDCWD, "whited", RENAME_WHITEOUT));
    links("b2"); links("whited");
    SHOW(renameat(99, "b3", AT_FDCWD, "p"));
    SHOW(renameat(AT_FDCWD, "b3", 99, "p"));
}

static void removed(void)
{
    char here[4200];
    mkdir("gone", 0755);
    mkdir("gone/inner", 0755);
    int top = open(".", O_RDONLY), inner = open("gone/inner", O_RDONLY);
    chdir("gone/inner");
    rmdir("../inner");
    rmdir("../../gone");
    SHOW(getcwd(here, sizeof(here)));
    struct stat s;
    fstat(inner, &s);
    printf("removed: links %ld mode %o\n", (long)s.st_nlink, s.st_mode);
    SHOW(open("x", O_CREAT | O_WRONLY, 0600));
    SHOW(open("x", O_RDONLY));
    KIND(open(".", O_RDONLY));
    SHOW(open("..", O_RDONLY | O_TMPFILE));
    SHOW(mkdir("x", 0700));
    SHOW(symlink("x", "y"));
    SHOW(syscall(SYS_getdents64, inner, buffer, sizeof(buffer)));
    SHOW(fchdir(top));
    SHOW(rename("p", "gone/p"));
    SHOW(renameat(top, "whited", inner, "whited"));
    SHOW(linkat(top, "whited", inner, "whited", 0));
    close(inner);
    SHOW(chdir("f"));
    SHOW(chdir("none"));
    SHOW(chdir(""));
    SHOW(chdir("loop"));
    SHOW(fchdir(99));
    SHOW(syscall(SYS_getcwd, here, 0));
    SHOW(syscall(SYS_getcwd, here, 2));
    SHOW(syscall(SYS_getcwd, BAD, 4000));
    int fd = open("unlinked", O_CREAT | O_RDWR, 0600);
    SHOW(write(fd, "still here", 10));
    SHOW(unlink("unlinked"));
    SHOW(pread(fd, buffer, 20, 0));
    SHOW(write(fd, "!", 1));
    fstat(fd, &s);
    printf("unlinked: links %ld size %ld blocks %ld\n", (long)s.st_nlink, (long)s.st_size, (long)s.st_blocks);
    SHOW(linkat(fd, "", AT_FDCWD, "back", AT_EMPTY_PATH));
    SHOW(ftruncate(fd, 3));
    close(fd);
    close(top);
}

// What is in a directory all the time is shown once, whatever else comes and goes meanwhile.
static void listing(void)
{
    char name[64];
    mkdir("list", 0755);
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "list/%s%d", i % 3 ? "goes" : "stays", i);
        touch(name);
    }
    int fd = open("list", O_RDONLY | O_DIRECTORY);
    static char seen[500];
    int stays = 0, twice = 0, round = 0;
    long got;
    while ((got = syscall(SYS_getdents64, fd, buffer, 1000)) > 0) {
        for (long at = 0; at < got;) {
            struct dirent64 *entry = (struct dirent64 *)(buffer + at);
            if (!strncmp(entry->d_name, "stays", 5)) {
                int i = atoi(entry->d_name + 5);
                twice += seen[i];
                seen[i] = 1;
                stays++;
            }
            at += entry->d_reclen;
        }
        for (int i = round * 30; i < round * 30 + 60 && i < 500; i++)
            if (i % 3) {
                snprintf(name, sizeof(name), "list/goes%d", i);
                unlink(name);
            }
        snprintf(name, sizeof(name), "list/new%d", round++);
        if (round < 20)
            touch(name);
    }
    printf("stays %d twice %d end %ld\n", stays, twice, got);
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(syscall(SYS_getdents64, fd, buffer, 20));
    SHOW(syscall(SYS_getdents64, fd, BAD, 1000));
    KIND(syscall(SYS_getdents64, fd, buffer, 24));
    SHOW(lseek(fd, 0, SEEK_END) >= 0);
    SHOW(lseek(fd, -1, SEEK_SET));
    SHOW(lseek(fd, 0, SEEK_SET));
    KIND(syscall(SYS_getdents, fd, buffer, 1000));
    printf("%ld %s type %d\n", *(long *)(buffer + 8), buffer + 18, buffer[*(unsigned short *)(buffer + 16) - 1]);
    DIR *dir = opendir("list");
    struct dirent *entry;
    long marks[2000], count = 0;
    char names[2000][32];
    while ((entry = readdir(dir)) != NULL) {
        strcpy(names[count], entry->d_name);
        marks[count++] = telldir(dir);
    }
    int wrong = 0;
    for (long i = 0; i + 1 < count; i += 7) {
        seekdir(dir, marks[i]);
        entry = readdir(dir);
        wrong += entry == NULL || strcmp(entry->d_name, names[i + 1]) != 0;
    }
    printf("wrong %d of some: %d\n", wrong, count > 100);
    rewinddir(dir);
    touch("list/late");
    int late = 0;
    while ((entry = readdir(dir)) != NULL) {
        late += !strcmp(entry->d_name, "late");
        snprintf(name, sizeof(name), "list/%s", entry->d_name);
        unlink(name);
    }
    closedir(dir);
    close(fd);
    printf("late %d\n", late);
    SHOW(rmdir("list"));
}

static void rooted(void)
{
    char here[4200];
    mkdir("root", 0755);
    mkdir("root/in", 0755);
    touch("root/inside");
    SHOW(chroot("f"));
    SHOW(chroot("none"));
    SHOW(chroot("root"));
    SHOW(access("/inside", F_OK));
    SHOW(access("/../../inside", F_OK));
    SHOW(access("f", F_OK));
    long r = syscall(SYS_getcwd, here, sizeof(here));
    printf("cwd %d\n", r > 0 && !strncmp(here, "(unreachable)/", 14));
    SHOW(chdir("/in"));
    r = syscall(SYS_getcwd, here, sizeof(here));
    printf("cwd %ld %s\n", r, here);

    // A socket's name too begins at this root.
    struct sockaddr_un name = {AF_UNIX, "/in/socket"};
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    SHOW(bind(listener, (void *)&name, sizeof(name)));
    SHOW(listen(listener, 1));
    SHOW(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&name, sizeof(name)));
    SHOW(umount2("missing", 0));
    SHOW(umount2("/inside/x", 0));
    SHOW(umount2("missing", 0x100));
    SHOW(chdir("/"));
    SHOW(chroot("."));
    r = syscall(SYS_getcwd, here, sizeof(here));
    printf("cwd %ld %s\n", r, here);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    memset(name255, 'n', 255);
    memset(name256, 'n', 256);
    memset(path4095, '/', 4095);
    memset(path4096, '/', 4096);
    path4095[0] = '.';
    path4095[4094] = 'x';
    umask(022);
    syscall(SYS_close_range, 3, ~0U, 0);
    if (mkdir("names.work", 0755) != 0 || chdir("names.work") != 0)
        return 1;
    make();
    symbolic();
    opening();
    linking();
    renaming();
    removed();
    listing();
    rooted();
    return 0;
}
