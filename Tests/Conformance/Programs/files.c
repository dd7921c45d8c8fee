// Results and error numbers of the calls that read files. Run in the sample tree, on Linux and in the libOS.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-58s %ld %s\n", #call, r_, r_ == -1 ? strerrorname_np(e_) : ""); } while (0)
#define KIND(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-58s %s\n", #call, r_ == -1 ? strerrorname_np(e_) : "ok"); } while (0)
#define BAD ((void *)8)
#define HIGH ((void *)0xffff800000000000)

static char buffer[1 << 16];

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    syscall(SYS_close_range, 3, ~0U, 0);
    int fd = open("files/fruits", O_RDONLY);
    SHOW(fd);
    SHOW(read(fd, buffer, 5));
    SHOW(read(fd, BAD, 5));
    SHOW(read(fd, HIGH, 5));
    SHOW(read(fd, NULL, 0));
    SHOW(read(99, buffer, 5));
    SHOW(read(-1, buffer, 5));
    SHOW(write(fd, buffer, 5));
    SHOW(write(1, BAD, 5));
    SHOW(write(1, HIGH, 5));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(lseek(fd, -6, SEEK_CUR));
    SHOW(lseek(fd, 1000, SEEK_SET));
    SHOW(read(fd, buffer, 5));
    SHOW(read(fd, BAD, 5));
    SHOW(lseek(fd, -3, SEEK_END));
    SHOW(read(fd, buffer, 50));
    SHOW(lseek(fd, 5, SEEK_DATA));
    SHOW(lseek(fd, 5, SEEK_HOLE));
    SHOW(lseek(fd, 5000, SEEK_DATA));
    SHOW(lseek(fd, 0, 77));
    SHOW(lseek(99, 0, SEEK_SET));
    SHOW(pread(fd, buffer, 4, 2));
    SHOW(pread(fd, buffer, 4, -1));
    SHOW(pread(fd, buffer, 4, 100000));
    SHOW(pwrite(fd, buffer, 4, 0));
    struct iovec v[3] = { { buffer, 3 }, { buffer + 10, 0 }, { buffer + 20, 100 } };
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(readv(fd, v, 3));
    SHOW(readv(fd, v, 0));
    SHOW(readv(fd, v, -1));
    SHOW(readv(fd, v, 1025));
    SHOW(readv(fd, BAD, 1));
    v[1].iov_len = -1;
    SHOW(readv(fd, v, 3));
    v[1].iov_len = 4; v[1].iov_base = BAD;
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(readv(fd, v, 3));
    SHOW(writev(fd, v, 1));
    SHOW(fcntl(fd, F_GETFL) & ~O_LARGEFILE);
    SHOW(fcntl(fd, F_GETFD));
    SHOW(fcntl(fd, F_SETFD, FD_CLOEXEC));
    SHOW(fcntl(fd, F_GETFD));
    SHOW(fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND | O_WRONLY));
    SHOW(fcntl(fd, F_GETFL) & 0xfff);
    SHOW(fcntl(fd, F_DUPFD, 10));
    SHOW(fcntl(fd, F_DUPFD, -1));
    SHOW(fcntl(fd, F_DUPFD_CLOEXEC, 20));
    SHOW(fcntl(20, F_GETFD));
    SHOW(fcntl(99, F_GETFD));
    SHOW(dup(fd));
    SHOW(dup(99));
    SHOW(dup2(fd, 30));
    SHOW(dup2(fd, fd));
    SHOW(dup2(99, 99));
    SHOW(dup2(fd, -1));
    SHOW(dup2(fd, 1 << 30));
    SHOW(dup3(fd, fd, 0));
    SHOW(dup3(fd, 31, 7));
    SHOW(dup3(fd, 31, O_CLOEXEC));
    SHOW(lseek(30, 7, SEEK_SET));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(close(30));
    SHOW(close(30));
    SHOW(close(-1));
    SHOW(ioctl(fd, TIOCGWINSZ, buffer));
    SHOW(ioctl(99, TIOCGWINSZ, buffer));
    int left = 0;
    SHOW(ioctl(fd, FIONREAD, &left));
    SHOW(left);

    KIND(open("files/missing", O_RDONLY));
    KIND(open("files/missing/x", O_RDONLY));
    KIND(open("files/fruits/x", O_RDONLY));
    KIND(open("files/fruits/", O_RDONLY));
    KIND(open("files/dangling", O_RDONLY));
    KIND(open("files/link", O_RDONLY | O_NOFOLLOW));
    KIND(open("files/link", O_PATH | O_NOFOLLOW));
    KIND(open("files/fruits", O_RDONLY | O_DIRECTORY));
    KIND(open("files", O_RDONLY | O_DIRECTORY));
    KIND(open("files", O_WRONLY));
    KIND(open("files", O_RDWR | O_CREAT, 0644));
    KIND(open("files/fruits", O_RDONLY | O_CREAT | O_EXCL, 0644));
    KIND(open("", O_RDONLY));
    KIND(open(BAD, O_RDONLY));
    KIND(open(HIGH, O_RDONLY));
    memset(buffer, 'x', 5000); buffer[5000] = 0;
    KIND(open(buffer, O_RDONLY));
    buffer[300] = 0;
    KIND(open(buffer, O_RDONLY));
    KIND(openat(99, "files", O_RDONLY));
    KIND(openat(fd, "x", O_RDONLY));
    KIND(openat(99, "/", O_RDONLY));
    int dir = open("files", O_RDONLY | O_DIRECTORY);
    KIND(openat(dir, "fruits", O_RDONLY));
    KIND(openat(dir, "../files/../files/link", O_RDONLY));
    KIND(open("/dev/null", O_RDWR));
    KIND(read(open("/dev/null", O_RDONLY), BAD, 5));
    KIND(read(open("/dev/zero", O_RDONLY), buffer, 5));
    KIND(read(open("/dev/zero", O_RDONLY), BAD, 5));
    KIND(write(open("/dev/full", O_WRONLY), buffer, 5));
    SHOW(read(dir, buffer, 10));
    SHOW(lseek(dir, 0, SEEK_SET));
    SHOW(syscall(SYS_getdents64, dir, buffer, 10));
    SHOW(syscall(SYS_getdents64, dir, BAD, 1000));
    SHOW(syscall(SYS_getdents64, fd, buffer, 1000));
    int entries = 0;
    for (long n; (n = syscall(SYS_getdents64, dir, buffer, 64)) > 0;)
        for (long at = 0; at < n; at += ((struct dirent64 *)(buffer + at))->d_reclen)
            entries++;
    SHOW(entries);
    SHOW(syscall(SYS_getdents64, dir, buffer, 1000));

    struct stat s;
    SHOW(stat("files/link", &s));
    SHOW(s.st_size);
    SHOW(s.st_mode);
    SHOW(s.st_nlink);
    SHOW(lstat("files/link", &s));
    SHOW(s.st_size);
    SHOW(s.st_mode);
    SHOW(stat("files/fruits", BAD));
    SHOW(stat(BAD, &s));
    SHOW(fstat(99, &s));
    SHOW(fstatat(dir, "fruits", &s, 0));
    SHOW(fstatat(dir, "", &s, AT_EMPTY_PATH));
    SHOW(S_ISDIR(s.st_mode));
    SHOW(fstatat(dir, "", &s, 0));
    SHOW(fstatat(dir, "fruits", &s, 0x40000));
    SHOW(fstatat(AT_FDCWD, "", &s, AT_EMPTY_PATH));
    struct statx x;
    SHOW(statx(dir, "fruits", 0, STATX_BASIC_STATS, &x));
    SHOW(x.stx_size);
    SHOW(x.stx_mode);
    SHOW(statx(dir, "fruits", 0x6000, STATX_BASIC_STATS, &x));
    SHOW(statx(dir, "fruits", 0, 0x80000000, &x));
    SHOW(access("files/script", X_OK));
    SHOW(access("files/fruits", X_OK));
    SHOW(access("files/fruits", R_OK));
    SHOW(access("files", X_OK));
    SHOW(access("files/missing", F_OK));
    SHOW(access("files/fruits", 8));
    SHOW(faccessat(dir, "fruits", R_OK, AT_EACCESS));
    SHOW(readlink("files/link", buffer, 100));
    SHOW(readlink("files/link", buffer, 3));
    SHOW(readlink("files/link", buffer, 0));
    SHOW(readlink("files/link", BAD, 100));
    SHOW(readlink("files/fruits", buffer, 100));
    SHOW(readlink("files/missing", buffer, 100));
    int link = open("files/link", O_PATH | O_NOFOLLOW);
    SHOW(readlinkat(link, "", buffer, 100));
    SHOW(read(link, buffer, 1));
    SHOW(fstat(link, &s));
    SHOW(ioctl(link, FIONREAD, &left));
    SHOW(chdir("files"));
    KIND(open("fruits", O_RDONLY));
    SHOW(chdir("fruits"));
    SHOW(chdir("missing"));
    SHOW(chdir(".."));
    SHOW(fchdir(dir));
    SHOW(fchdir(fd));
    SHOW(fchdir(99));
    KIND(getcwd(buffer, 4096) ? 0 : -1);
    puts(strrchr(buffer, '/'));
    KIND(getcwd(buffer, 2) ? 0 : -1);
    SHOW(syscall(SYS_getcwd, BAD, 4096));
    SHOW(syscall(SYS_getcwd, buffer, 0));
    SHOW(umask(027));
    SHOW(umask(0xffff));
    SHOW(umask(022));
    off_t at = 2;
    int nul = open("/dev/null", O_WRONLY);
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(sendfile(nul, fd, &at, 10));
    SHOW(at);
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(sendfile(nul, fd, NULL, 1 << 20));
    SHOW(sendfile(nul, fd, NULL, 1));
    SHOW(sendfile(fd, nul, NULL, 1));
    SHOW(sendfile(nul, 99, NULL, 1));
    SHOW(sendfile(nul, dir, NULL, 1));
    SHOW(sendfile(nul, fd, (void *)BAD, 1));
    SHOW(close_range(20, 25, 0));
    SHOW(fcntl(20, F_GETFD));
    SHOW(close_range(5, 4, 0));
    SHOW(close_range(3, 4, 99));

    char *map = mmap(NULL, 10000, PROT_READ, MAP_PRIVATE, fd, 0);
    SHOW(memcmp(map, "pear\napple\n", 11));
    SHOW(map[4000]);
    SHOW(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 100) == MAP_FAILED ? -1 : 0);
    SHOW(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED ? -1 : 0);
    SHOW(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
    SHOW(mmap(NULL, 4096, PROT_READ, 0, fd, 0) == MAP_FAILED ? -1 : 0);
    SHOW(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, dir, 0) == MAP_FAILED ? -1 : 0);
    SHOW(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, nul, 0) == MAP_FAILED ? -1 : 0);
    map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    map[0] = 'P';
    SHOW(pread(fd, buffer, 1, 0));
    SHOW(buffer[0]);
    int zero = open("/dev/zero", O_RDWR);
    map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);
    SHOW(map[100]);
    return 0;
}
