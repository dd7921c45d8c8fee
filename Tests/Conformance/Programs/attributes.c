// Results and error numbers of the calls about permissions, owners, times and extended attributes. Works on a tmpfs.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#define SHOW(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-78s %ld %s\n", #call, r_, r_ == -1 ? strerrorname_np(e_) : ""); } while (0)
#define BAD ((void *)8)
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static char value[70000], buffer[70000];

static void touch(const char *path)
{
    close(open(path, O_CREAT | O_WRONLY, 0644));
}

static void mode(const char *path)
{
    struct stat s;
    lstat(path, &s);
    printf("   %s: mode %o user %d group %d\n", path, s.st_mode, s.st_uid, s.st_gid);
}

static void times(const char *path)
{
    struct stat s;
    lstat(path, &s);
    printf("   %s: accessed %ld.%09ld modified %ld.%09ld\n", path, s.st_atim.tv_sec, s.st_atim.tv_nsec, s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
}

static void modes(void)
{
    touch("f");
    mkdir("d", 0755);
    symlink("f", "l");
    int fd = open("f", O_RDONLY), path = open("f", O_PATH), link = open("l", O_PATH | O_NOFOLLOW);
    SHOW(chmod("f", 0600)); mode("f");
    SHOW(chmod("f", 07777)); mode("f");
    SHOW(chmod("f", 0777777)); mode("f");
    SHOW(chmod("l", 0611)); mode("f"); mode("l");
    SHOW(fchmod(fd, 0644)); mode("f");
    SHOW(fchmod(99, 0644));
    SHOW(fchmod(path, 0644));
    SHOW(chmod("none", 0644));
    SHOW(chmod("", 0644));
    SHOW(chmod("f/", 0644));
    SHOW(chmod(BAD, 0644));
    SHOW(syscall(SYS_fchmodat, AT_FDCWD, "f", 0640)); mode("f");
    SHOW(syscall(SYS_fchmodat2, AT_FDCWD, "l", 0640, AT_SYMLINK_NOFOLLOW));
    SHOW(syscall(SYS_fchmodat2, path, "", 0604, AT_EMPTY_PATH)); mode("f");
    SHOW(syscall(SYS_fchmodat2, path, "", 0604, 0));
    SHOW(syscall(SYS_fchmodat2, path, "", 0604, 1));
    SHOW(chmod("f", 06755));
    SHOW(chown("f", 5, 6)); mode("f");
    SHOW(chmod("f", 06745));
    SHOW(chown("f", -1, 8)); mode("f");
    SHOW(chown("f", -1, -1)); mode("f");
    SHOW(chmod("d", 07755));
    SHOW(chown("d", 9, 9)); mode("d");
    SHOW(lchown("l", 3, 4)); mode("l"); mode("f");
    SHOW(chown("l", 1, 2)); mode("l"); mode("f");
    SHOW(fchown(fd, 0, 0)); mode("f");
    SHOW(fchown(99, 0, 0));
    SHOW(fchown(path, 0, 0));
    SHOW(chown("none", 0, 0));
    SHOW(fchownat(link, "", 7, 7, AT_EMPTY_PATH)); mode("l");
    SHOW(fchownat(AT_FDCWD, "l", 8, 8, AT_SYMLINK_NOFOLLOW)); mode("l");
    SHOW(fchownat(AT_FDCWD, "l", 8, 8, 1));
    SHOW(access("f", R_OK | W_OK));
    SHOW(access("f", X_OK));
    SHOW(chmod("f", 0));
    SHOW(access("f", R_OK | W_OK));
    SHOW(access("f", X_OK));
    SHOW(access("d", X_OK));
    SHOW(access("f", 8));
    SHOW(access("none", F_OK));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "l", R_OK, AT_SYMLINK_NOFOLLOW));
    SHOW(syscall(SYS_faccessat2, path, "", R_OK, AT_EMPTY_PATH));
    SHOW(syscall(SYS_faccessat2, path, "", R_OK, 1));
    close(fd); close(path); close(link);
}

static int later(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? (a.tv_sec > b.tv_sec) - (a.tv_sec < b.tv_sec) : (a.tv_nsec > b.tv_nsec) - (a.tv_nsec < b.tv_nsec);
}

// Which of the three times a call moved.
static void moved(const char *what, const char *path, struct stat *before)
{
    struct stat s;
    lstat(path, &s);
    printf("   %-40s %s: accessed %d modified %d changed %d\n", what, path, later(s.st_atim, before->st_atim), later(s.st_mtim, before->st_mtim), later(s.st_ctim, before->st_ctim));
    struct timespec pause = { 0, 12000000 };
    nanosleep(&pause, NULL);
}

#define MOVES(path, call) do { struct stat b_; lstat(path, &b_); call; moved(#call, path, &b_); } while (0)
#define MOVES_UP(call) do { struct stat b_; lstat(".", &b_); call; moved(#call, ".", &b_); } while (0)

static void clocks(void)
{
    touch("t");
    struct timespec pause = { 0, 12000000 };
    nanosleep(&pause, NULL);
    int fd = open("t", O_RDWR);
    MOVES("t", write(fd, "hello", 5));
    MOVES("t", write(fd, "hello", 0));
    MOVES("t", pread(fd, buffer, 5, 0));
    MOVES("t", pread(fd, buffer, 5, 0));
    MOVES("t", pread(fd, buffer, 0, 0));
    MOVES("t", pread(fd, buffer, 5, 100));
    MOVES("t", ftruncate(fd, 5));
    MOVES("t", ftruncate(fd, 10));
    MOVES("t", truncate("t", 3));
    MOVES("t", pread(fd, buffer, 5, 0));
    MOVES("t", fallocate(fd, 0, 0, 100));
    MOVES("t", fallocate(fd, 1, 0, 10000));
    MOVES("t", fallocate(fd, 3, 0, 50));
    MOVES("t", chmod("t", 0600));
    MOVES("t", chown("t", 0, 0));
    MOVES("t", link("t", "t2"));
    MOVES("t", unlink("t2"));
    MOVES("t", rename("t", "t3"); rename("t3", "t"));
    MOVES("t", close(open("t", O_WRONLY | O_TRUNC)));
    MOVES("t", close(open("t", O_WRONLY)));
    MOVES("t", fsync(fd));
    MOVES("t", setxattr("t", "user.x", "1", 1, 0));
    MOVES("t", removexattr("t", "user.x"));
    MOVES_UP(touch("new"));
    MOVES_UP(touch("new"));
    MOVES_UP(chmod("new", 0600));
    MOVES_UP(rename("new", "new2"));
    MOVES_UP(link("new2", "new3"));
    MOVES_UP(unlink("new3"));
    MOVES_UP(mkdir("sub", 0755));
    MOVES_UP(rmdir("sub"));
    MOVES_UP(symlink("x", "new4"));
    MOVES("new4", readlink("new4", buffer, 10));
    mkdir("s", 0755);
    touch("s/x");
    nanosleep(&pause, NULL);
    int dir = open("s", O_RDONLY);
    MOVES("s", syscall(SYS_getdents64, dir, buffer, 1000));
    MOVES("s", syscall(SYS_getdents64, dir, buffer, 1000));
    int quiet = open("t", O_RDONLY | O_NOATIME);
    pwrite(fd, "hello", 5, 0);
    nanosleep(&pause, NULL);
    MOVES("t", pread(quiet, buffer, 5, 0));
    MOVES("t", pread(fd, buffer, 5, 0));
    close(dir); close(quiet);

    struct timespec both[2] = { { 1000000000, 123456789 }, { 1500000000, 987654321 } };
    SHOW(utimensat(AT_FDCWD, "t", both, 0)); times("t");
    both[0].tv_nsec = UTIME_OMIT; both[1].tv_sec = -5; both[1].tv_nsec = 1;
    SHOW(utimensat(AT_FDCWD, "t", both, 0)); times("t");
    both[1].tv_nsec = UTIME_OMIT;
    SHOW(utimensat(AT_FDCWD, "t", both, 0)); times("t");
    SHOW(utimensat(AT_FDCWD, "none", both, 0));
    both[0].tv_nsec = 1000000000;
    SHOW(utimensat(AT_FDCWD, "t", both, 0));
    both[0].tv_nsec = -1;
    SHOW(utimensat(AT_FDCWD, "t", both, 0));
    both[0].tv_nsec = 5; both[1].tv_nsec = 6;
    SHOW(utimensat(AT_FDCWD, "t", both, 1));
    SHOW(utimensat(AT_FDCWD, "t", BAD, 0));
    SHOW(utimensat(AT_FDCWD, "", both, 0));
    SHOW(syscall(SYS_utimensat, fd, NULL, both, 0)); times("t");
    SHOW(syscall(SYS_utimensat, fd, NULL, both, AT_SYMLINK_NOFOLLOW));
    SHOW(syscall(SYS_utimensat, AT_FDCWD, NULL, both, 0));
    SHOW(syscall(SYS_utimensat, 99, NULL, both, 0));
    symlink("t", "tl");
    SHOW(utimensat(AT_FDCWD, "tl", both, AT_SYMLINK_NOFOLLOW)); times("tl");
    both[0].tv_sec = 7;
    SHOW(utimensat(AT_FDCWD, "tl", both, 0)); times("t");
    struct timeval micro[2] = { { 11, 12 }, { 13, 999999 } };
    SHOW(syscall(SYS_utimes, "t", micro)); times("t");
    micro[0].tv_usec = 1000000;
    SHOW(syscall(SYS_utimes, "t", micro));
    micro[0].tv_usec = 1;
    SHOW(syscall(SYS_futimesat, AT_FDCWD, "t", micro)); times("t");
    SHOW(syscall(SYS_futimesat, fd, NULL, micro));
    struct utimbuf seconds = { 21, 22 };
    SHOW(syscall(SYS_utime, "t", &seconds)); times("t");
    SHOW(syscall(SYS_utime, "t", BAD));
    MOVES("t", utimensat(AT_FDCWD, "t", NULL, 0));
    close(fd);
}

static void statuses(void)
{
    struct stat s;
    struct statx x;
    SHOW(stat("none", &s));
    SHOW(stat("f", BAD));
    SHOW(stat("f/", &s));
    SHOW(stat("", &s));
    SHOW(fstat(99, &s));
    SHOW(fstatat(AT_FDCWD, "", &s, AT_EMPTY_PATH));
    SHOW(fstatat(AT_FDCWD, "f", &s, 0x10));
    SHOW(syscall(SYS_newfstatat, AT_FDCWD, NULL, &s, AT_EMPTY_PATH));
    SHOW(syscall(SYS_newfstatat, AT_FDCWD, NULL, &s, 0));
    int fd = open("f2", O_CREAT | O_RDWR, 0600);
    write(fd, buffer, 5000);
    SHOW(statx(fd, "", AT_EMPTY_PATH, STATX_ALL, &x));
    printf("   mask %x mode %o links %u size %llu blocks %llu block %u birth %d attributes %llx\n", x.stx_mask & 0xfff, x.stx_mode, x.stx_nlink,
        (unsigned long long)x.stx_size, (unsigned long long)x.stx_blocks, x.stx_blksize, x.stx_btime.tv_sec != 0, (unsigned long long)x.stx_attributes);
    SHOW(statx(AT_FDCWD, "f2", 0, STATX_BASIC_STATS, &x));
    printf("   mask %x\n", x.stx_mask & 0xfff);
    SHOW(statx(AT_FDCWD, "f2", 0, 0x80000000, &x));
    SHOW(statx(AT_FDCWD, "f2", 0x6000, 0, &x));
    SHOW(statx(AT_FDCWD, "f2", 0, 0, BAD));
    SHOW(statx(AT_FDCWD, "f2", 1, 0, &x));
    struct statfs f;
    SHOW(statfs("f2", &f));
    printf("   type %lx block %ld name %ld fragment %ld flags %lx sane %d\n", f.f_type, f.f_bsize, f.f_namelen, f.f_frsize, f.f_flags & 0x1021,
        f.f_blocks >= f.f_bfree && f.f_bfree >= f.f_bavail && f.f_files >= f.f_ffree);
    SHOW(fstatfs(fd, &f));
    SHOW(fstatfs(99, &f));
    SHOW(statfs("none", &f));
    SHOW(statfs("f2", BAD));
    close(fd);
}

static void list(const char *path)
{
    long n = listxattr(path, buffer, sizeof(buffer));
    printf("   %s:", path);
    for (long i = 0; i < n; i += strlen(buffer + i) + 1)
        printf(" %s", buffer + i);
    printf(" (%ld)\n", n);
}

static void extended(void)
{
    touch("x");
    mkdir("xd", 0755);
    mknod("xfifo", S_IFIFO | 0600, 0);
    symlink("x", "xl");
    memset(value, 'v', sizeof(value));
    SHOW(setxattr("x", "user.one", "1", 1, 0));
    SHOW(setxattr("x", "user.two", value, 5000, XATTR_CREATE));
    SHOW(setxattr("x", "user.two", value, 50, XATTR_CREATE));
    SHOW(setxattr("x", "user.three", value, 50, XATTR_REPLACE));
    SHOW(setxattr("x", "user.two", value, 65536, XATTR_REPLACE));
    SHOW(setxattr("x", "user.big", value, 65537, 0));
    SHOW(setxattr("x", "user.empty", NULL, 0, 0));
    SHOW(setxattr("x", "trusted.t", "t", 1, 0));
    SHOW(setxattr("x", "security.s", "s", 1, 0));
    SHOW(setxattr("x", "system.s", "s", 1, 0));
    SHOW(setxattr("x", "other.s", "s", 1, 0));
    SHOW(setxattr("x", "nodot", "s", 1, 0));
    SHOW(setxattr("x", "user.", "s", 1, 0));
    SHOW(setxattr("x", "", "s", 1, 0));
    SHOW(setxattr("x", "user.flags", "s", 1, 4));
    SHOW(setxattr("x", "user.flags", "s", 1, 3));
    SHOW(setxattr("x", BAD, "s", 1, 0));
    SHOW(setxattr("x", "user.bad", BAD, 1, 0));
    SHOW(setxattr("none", "user.x", "s", 1, 0));
    memset(buffer, 'n', 300);
    memcpy(buffer, "user.", 5);
    buffer[255] = 0;
    SHOW(setxattr("x", buffer, "s", 1, 0));
    SHOW(removexattr("x", buffer));
    buffer[255] = 'n'; buffer[256] = 0;
    SHOW(setxattr("x", buffer, "s", 1, 0));
    list("x");
    SHOW(listxattr("x", buffer, 10));
    SHOW(listxattr("x", NULL, 0));
    SHOW(listxattr("none", NULL, 0));
    SHOW(getxattr("x", "user.one", buffer, 10));
    SHOW(getxattr("x", "user.one", NULL, 0));
    SHOW(getxattr("x", "user.two", buffer, 10));
    SHOW(getxattr("x", "user.two", buffer, sizeof(buffer)));
    SHOW(memcmp(buffer, value, 65536));
    SHOW(getxattr("x", "user.empty", buffer, 10));
    SHOW(getxattr("x", "user.none", buffer, 10));
    SHOW(getxattr("x", "other.none", buffer, 10));
    SHOW(getxattr("x", "user.one", BAD, 10));
    SHOW(setxattr("xd", "user.dir", "d", 1, 0));
    list("xd");
    SHOW(setxattr("xfifo", "user.fifo", "d", 1, 0));
    SHOW(getxattr("xfifo", "user.fifo", buffer, 1));
    SHOW(setxattr("xfifo", "trusted.fifo", "d", 1, 0));
    SHOW(lsetxattr("xl", "user.link", "d", 1, 0));
    SHOW(lsetxattr("xl", "trusted.link", "d", 1, 0));
    SHOW(setxattr("xl", "user.through", "d", 1, 0));
    list("x");
    int fd = open("x", O_RDONLY), path = open("x", O_PATH);
    SHOW(fsetxattr(fd, "user.fd", "fd", 2, 0));
    SHOW(fgetxattr(fd, "user.fd", buffer, 10));
    SHOW(flistxattr(fd, buffer, sizeof(buffer)));
    SHOW(fremovexattr(fd, "user.fd"));
    SHOW(fremovexattr(fd, "user.fd"));
    SHOW(fremovexattr(fd, "other.fd"));
    SHOW(fsetxattr(path, "user.fd", "fd", 2, 0));
    SHOW(fgetxattr(99, "user.fd", buffer, 10));
    SHOW(lgetxattr("xl", "trusted.link", buffer, 10));
    SHOW(lremovexattr("xl", "trusted.link"));
    SHOW(llistxattr("xl", buffer, 10));
    close(fd); close(path);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    syscall(SYS_close_range, 3, ~0U, 0);
    umask(022);
    if (mkdir("attributes.work", 0755) != 0 || chdir("attributes.work") != 0)
        return 1;
    modes();
    clocks();
    statuses();
    extended();
    return 0;
}
