// What file system calls do, told line by line: run by Linux and by the unikernel, in directories that are alike.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#define SAY(call) do { errno = 0; long r_ = (long)(call); printf("%s = %ld %s\n", #call, r_, r_ < 0 ? strerrorname_np(errno) : ""); } while (0)

static void tell(const char *path)
{
    struct stat s;
    if (fstatat(AT_FDCWD, path, &s, AT_SYMLINK_NOFOLLOW) < 0)
        printf("%s: %s\n", path, strerrorname_np(errno));
    else
        printf("%s: mode %o links %ld size %ld\n", path, s.st_mode, (long)s.st_nlink, S_ISDIR(s.st_mode) ? 0 : (long)s.st_size);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }

static void list(const char *path)
{
    char *names[100];
    int n = 0;
    DIR *d = opendir(path);
    if (!d) { printf("opendir %s: %s\n", path, strerrorname_np(errno)); return; }
    for (struct dirent *e; (e = readdir(d)) && n < 100;) names[n++] = strdup(e->d_name);
    closedir(d);
    qsort(names, n, sizeof *names, by_name);
    printf("%s:", path);
    for (int i = 0; i < n; i++) printf(" %s", names[i]);
    printf("\n");
}

static uint64_t sum(const unsigned char *p, size_t n)
{
    uint64_t h = 1469598103934665603u;
    for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * 1099511628211u;
    return h;
}

// Memory whose pages were touched from the last to the first: their frames lie the other way round.
static unsigned char *reversed(size_t n)
{
    unsigned char *p = mmap(0, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(p, n, MADV_NOHUGEPAGE);
    for (size_t at = n; at; at -= 4096) p[at - 4096] = 1;
    return p;
}

static void big(size_t n)
{
    unsigned char *out = reversed(n), *in = reversed(n);
    uint32_t x = 12345;
    for (size_t i = 0; i < n; i++) out[i] = (x = x * 1664525 + 1013904223) >> 24;
    int f = open("big", O_RDWR | O_CREAT | O_TRUNC, 0644);
    size_t done = 0;
    while (done < n) { ssize_t r = write(f, out + done, n - done); if (r <= 0) { printf("write %zd %s\n", r, strerrorname_np(errno)); break; } done += r; }
    ssize_t got = 0;
    while (got < (ssize_t)n) { ssize_t r = pread(f, in + got, n - got, got); if (r <= 0) { printf("read %zd %s\n", r, strerrorname_np(errno)); break; } got += r; }
    printf("big %zu: %zu %zd %d\n", n, done, got, memcmp(in, out, n));
    // From and to an odd address, over the end.
    ssize_t odd = pread(f, in + 4095, n - 4095, 1);
    printf("odd: %zd %d\n", odd, memcmp(in + 4095, out + 1, n - 4095));
    close(f);
    munmap(out, n);
    munmap(in, n);
    unlink("big");
}

int main(int argc, char **argv)
{
    char text[200], path[5000];
    memset(text, 0, sizeof text);
    setvbuf(stdout, 0, _IOLBF, 0);
    umask(022);

    SAY(open("none", O_RDONLY));
    int f = open("given", O_RDONLY);
    printf("given %d\n", f);
    SAY(read(f, text, 5));
    printf("[%s]\n", text);
    SAY(lseek(f, 0, SEEK_CUR));
    SAY(pread(f, text, 100, 2));
    SAY(lseek(f, 0, SEEK_CUR));
    SAY(lseek(f, -2, SEEK_END));
    SAY(read(f, text, 100));
    SAY(read(f, text, 100));
    SAY(write(f, text, 1));
    SAY(read(f, (void *)8, 4));
    SAY(lseek(f, 0, SEEK_SET));
    SAY(read(f, (void *)8, 4));
    SAY(lseek(f, -1, SEEK_SET));
    SAY(lseek(f, 0, 17));
    int g = dup(f);
    SAY(lseek(f, 3, SEEK_SET));
    SAY(lseek(g, 0, SEEK_CUR));
    SAY(close(f));
    SAY(read(g, text, 2));
    SAY(close(g));
    SAY(close(g));
    SAY(read(g, text, 2));

    f = open("made", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    printf("made %d\n", f);
    SAY(open("made", O_RDWR | O_CREAT | O_EXCL, 0666));
    SAY(write(f, "hello world", 11));
    SAY(pwrite(f, "HE", 2, 0));
    struct iovec v[3] = { { "abc", 3 }, { "", 0 }, { "defg", 4 } };
    SAY(writev(f, v, 3));
    SAY(pwritev(f, v, 3, 20));
    struct iovec r[2] = { { text, 3 }, { text + 50, 100 } };
    SAY(preadv(f, r, 2, 0));
    printf("[%.3s][%.8s]\n", text, text + 50);
    SAY(fcntl(f, F_GETFD));
    SAY(fcntl(f, F_GETFL) & ~O_LARGEFILE);
    SAY(fcntl(f, F_SETFL, O_APPEND));
    SAY(fcntl(f, F_GETFL) & ~O_LARGEFILE);
    SAY(write(f, "end", 3));
    SAY(lseek(f, 0, SEEK_CUR));
    SAY(ftruncate(f, 100000));
    tell("made");
    SAY(lseek(f, 0, SEEK_HOLE));
    SAY(ftruncate(f, -1));
    SAY(fsync(f));
    SAY(fdatasync(f));
    SAY(fallocate(f, 0, 0, 200000));
    tell("made");
    SAY(truncate("made", 10));
    tell("made");
    SAY(fchmod(f, 0600));
    SAY(posix_fadvise(f, 0, 0, POSIX_FADV_SEQUENTIAL));
    SAY(flock(f, LOCK_EX | LOCK_NB));
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 5 };
    SAY(fcntl(f, F_SETLK, &lock));
    SAY(fsetxattr(f, "user.color", "green", 5, 0));
    SAY(fgetxattr(f, "user.color", text, 100));
    SAY(flistxattr(f, text, 100));
    SAY(fremovexattr(f, "user.color"));
    SAY(fgetxattr(f, "user.color", text, 100));
    close(f);
    tell("made");

    SAY(mkdir("d", 0777));
    SAY(mkdir("d", 0777));
    SAY(mkdir("d/e", 0700));
    SAY(rename("made", "d/moved"));
    SAY(link("d/moved", "d/e/linked"));
    SAY(symlink("moved", "d/sym"));
    SAY(readlink("d/sym", text, 3));
    SAY(readlink("d/sym", text, 100));
    SAY(readlink("d/moved", text, 100));
    SAY(symlink("/d/moved", "d/absolute"));
    tell("d");
    tell("d/sym");
    tell("d/e/linked");
    list("d");
    list("d/e");
    list("d/moved");
    int dir = open("d", O_RDONLY | O_DIRECTORY);
    SAY(read(dir, text, 10));
    SAY(openat(dir, "nothing", O_RDONLY));
    f = openat(dir, "sym", O_RDONLY | O_NOFOLLOW);
    printf("nofollow %d %s\n", f, strerrorname_np(errno));
    f = openat(dir, "sym", O_RDONLY);
    SAY(read(f, text, 4));
    close(f);
    SAY(faccessat(dir, "moved", R_OK, 0));
    SAY(access("d/none", F_OK));
    SAY(unlinkat(dir, "e", 0) < 0);
    SAY(unlinkat(dir, "e", AT_REMOVEDIR));
    SAY(rmdir("d"));
    struct statx x;
    SAY(statx(dir, "moved", 0, STATX_SIZE, &x));
    printf("statx %llu\n", (unsigned long long)x.stx_size);
    SAY(fstatat(dir, "moved", (struct stat *)8, 0));
    int place = openat(dir, "moved", O_PATH);
    SAY(read(place, text, 1));
    struct stat s;
    SAY(fstat(place, &s));
    close(place);
    SAY(chdir("d/e"));
    SAY(open("../moved", O_RDONLY) >= 0);
    list(".");
    SAY(chdir(".."));
    SAY(fchdir(dir));
    list(".");
    SAY(chdir(".."));
    SAY(chmod("d/moved", 04755));
    tell("d/moved");
    struct timespec times[2] = { { 1000000000, 5 }, { 1100000000, 7 } };
    SAY(utimensat(AT_FDCWD, "d/moved", times, 0));
    SAY(stat("d/moved", &s));
    printf("times %ld %ld\n", (long)s.st_atim.tv_nsec, (long)s.st_mtim.tv_sec);
    memset(path, 'a', sizeof path);
    path[300] = 0;
    SAY(open(path, O_RDONLY));
    memset(path, 'a', sizeof path);
    path[4999] = 0;
    SAY(open(path, O_RDONLY));
    SAY(open("", O_RDONLY));
    SAY(open((char *)8, O_RDONLY));
    SAY(openat(99, "x", O_RDONLY));

    f = open("given", O_RDONLY);
    char *map = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, f, 0);
    printf("map %.5s\n", map);
    map[0] = '#';
    SAY(pread(f, text, 1, 0));
    printf("%c %c\n", map[0], text[0]);
    munmap(map, 8192);
    map = mmap(0, 4096, PROT_READ, MAP_SHARED, f, 0);
    printf("map %.5s\n", map);
    munmap(map, 4096);
    SAY(mmap(0, 4096, PROT_WRITE, MAP_SHARED, f, 0) == MAP_FAILED);
    g = open("copy", O_RDWR | O_CREAT, 0644);
    SAY(copy_file_range(f, 0, g, 0, 100, 0));
    loff_t from = 1, to = 50;
    SAY(copy_file_range(f, &from, g, &to, 4, 0));
    printf("%ld %ld\n", (long)from, (long)to);
    off_t start = 2;
    SAY(sendfile(g, f, &start, 3));
    printf("%ld\n", (long)start);
    tell("copy");
    close(f);
    close(g);

    SAY(mkfifo("pipe", 0644));
    tell("pipe");
    f = open("pipe", O_RDWR | O_NONBLOCK);
    SAY(read(f, text, 10));
    SAY(write(f, "through", 7));
    SAY(read(f, text, 3));
    SAY(lseek(f, 0, SEEK_SET));
    SAY(pread(f, text, 3, 0));
    SAY(fcntl(f, F_SETFL, 0));
    SAY(read(f, text, 10));
    close(f);

    SAY(unlink("d/e/linked"));
    SAY(rmdir("d/e"));
    SAY(renameat2(AT_FDCWD, "d/moved", AT_FDCWD, "given", RENAME_NOREPLACE));
    SAY(rename("d/moved", "/proc/x") < 0);
    list("d");
    // Descriptors are the lowest free ones, whoever has the file.
    int own = open("/dev/null", O_RDONLY);
    int theirs = open("given", O_RDONLY);
    printf("%d %d\n", own, theirs - own);
    SAY(dup2(theirs, own) - own);
    SAY(read(own, text, 3));
    SAY(fcntl(theirs, F_DUPFD, 50));
    big(65536);
    big(16 << 20);
    return argc > 1 ? atoi(argv[1]) : 42;
}
