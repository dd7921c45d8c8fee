// flock and the record locks of fcntl, within one process, and with threads that wait.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-70s %ld %s\n", #call, r_, r_ == -1 ? strerrorname_np(e_) : ""); } while (0)

static int a, b;
static volatile int counter;

static long lock(int fd, int command, int type, int whence, long start, long length)
{
    struct flock l = { type, whence, start, length, 0 };
    return fcntl(fd, command, &l);
}

static void query(int fd, int command, int type, long start, long length)
{
    struct flock l = { type, SEEK_SET, start, length, 0 };
    int result = fcntl(fd, command, &l);
    if (result != 0)
        printf("   %s\n", strerrorname_np(errno));
    else
        printf("   type %d whence %d start %ld length %ld owner %s\n", l.l_type, l.l_whence, (long)l.l_start, (long)l.l_len,
            l.l_type == F_UNLCK ? "-" : l.l_pid == -1 ? "file" : l.l_pid == getpid() ? "self" : "other");
}

static void whole(void)
{
    SHOW(flock(a, LOCK_SH));
    SHOW(flock(b, LOCK_SH | LOCK_NB));
    SHOW(flock(b, LOCK_EX | LOCK_NB));
    SHOW(flock(a, LOCK_EX | LOCK_NB));
    SHOW(flock(b, LOCK_EX | LOCK_NB));
    int c = dup(a);
    SHOW(flock(c, LOCK_UN));
    SHOW(flock(b, LOCK_SH | LOCK_NB));
    SHOW(flock(a, LOCK_SH | LOCK_NB));
    SHOW(flock(a, LOCK_UN));
    SHOW(flock(b, LOCK_EX | LOCK_NB));
    SHOW(flock(b, LOCK_UN));
    SHOW(flock(a, LOCK_EX));
    close(c);
    SHOW(flock(b, LOCK_EX | LOCK_NB));
    SHOW(flock(a, LOCK_UN | LOCK_NB));
    SHOW(flock(99, LOCK_SH));
    SHOW(flock(a, 0));
    SHOW(flock(a, 3));
    SHOW(flock(a, LOCK_SH | LOCK_EX));
    SHOW(flock(open("locked", O_PATH), LOCK_SH));
}

static void records(void)
{
    SHOW(lock(a, F_SETLK, F_WRLCK, SEEK_SET, 0, 100));
    SHOW(lock(b, F_SETLK, F_WRLCK, SEEK_SET, 50, 100));
    query(a, F_GETLK, F_WRLCK, 0, 0);
    query(a, F_OFD_GETLK, F_WRLCK, 0, 0);
    query(b, F_OFD_GETLK, F_RDLCK, 120, 10);
    SHOW(lock(b, F_OFD_SETLK, F_WRLCK, SEEK_SET, 149, 10));
    SHOW(lock(b, F_OFD_SETLK, F_WRLCK, SEEK_SET, 150, 10));
    query(a, F_GETLK, F_RDLCK, 0, 0);
    SHOW(lock(a, F_SETLK, F_WRLCK, SEEK_SET, 155, 1));
    SHOW(lock(a, F_OFD_SETLK, F_RDLCK, SEEK_SET, 155, 1));
    SHOW(lock(b, F_OFD_SETLK, F_RDLCK, SEEK_SET, 153, 3));
    query(a, F_OFD_GETLK, F_WRLCK, 100, 0);
    query(a, F_OFD_GETLK, F_WRLCK, 150, 0);
    query(a, F_OFD_GETLK, F_WRLCK, 153, 0);
    query(a, F_OFD_GETLK, F_WRLCK, 156, 0);
    SHOW(lock(a, F_OFD_SETLK, F_RDLCK, SEEK_SET, 153, 3));
    SHOW(lock(a, F_SETLK, F_UNLCK, SEEK_SET, 20, 10));
    query(a, F_OFD_GETLK, F_RDLCK, 0, 0);
    query(a, F_OFD_GETLK, F_RDLCK, 20, 10);
    query(a, F_OFD_GETLK, F_RDLCK, 25, 0);
    SHOW(lock(a, F_SETLK, F_WRLCK, SEEK_SET, 20, 10));
    query(a, F_OFD_GETLK, F_RDLCK, 0, 0);
    SHOW(lock(a, F_SETLK, F_RDLCK, SEEK_SET, 1000, 0));
    query(b, F_OFD_GETLK, F_WRLCK, 5000, 1);
    SHOW(lock(a, F_SETLK, F_RDLCK, SEEK_SET, 900, 100));
    query(b, F_OFD_GETLK, F_WRLCK, 950, 1);
    SHOW(lock(a, F_SETLK, F_RDLCK, SEEK_SET, 2000, -500));
    SHOW(lock(a, F_SETLK, F_RDLCK, SEEK_SET, 100, -500));
    SHOW(lock(a, F_SETLK, F_RDLCK, SEEK_SET, -1, 5));
    SHOW(lock(a, F_SETLK, F_RDLCK, SEEK_SET, 0x7fffffffffffffff, 5));
    SHOW(lock(a, F_SETLK, F_RDLCK, SEEK_END, 0x7fffffffffffffff, 5));
    SHOW(lock(a, F_SETLK, F_RDLCK, SEEK_END, -5, 5));
    SHOW(lock(a, F_SETLK, F_RDLCK, 7, 0, 5));
    SHOW(lock(a, F_SETLK, 7, SEEK_SET, 0, 5));
    SHOW(lock(99, F_SETLK, F_RDLCK, SEEK_SET, 0, 5));
    int readonly = open("locked", O_RDONLY), writeonly = open("locked", O_WRONLY);
    SHOW(lock(readonly, F_SETLK, F_WRLCK, SEEK_SET, 3000, 5));
    SHOW(lock(writeonly, F_SETLK, F_RDLCK, SEEK_SET, 3000, 5));
    SHOW(fcntl(a, F_SETLK, (void *)8));
    struct flock owned = { F_RDLCK, SEEK_SET, 0, 1, 5 };
    SHOW(fcntl(a, F_OFD_SETLK, &owned));
    query(a, F_GETLK, F_UNLCK, 0, 10);
    query(a, F_OFD_GETLK, F_UNLCK, 0, 10);
    // Closing any descriptor of the file gives all locks of the process back.
    close(readonly);
    query(a, F_OFD_GETLK, F_WRLCK, 0, 10);
    query(a, F_OFD_GETLK, F_WRLCK, 0, 0);
    close(writeonly);
    close(b);
    query(a, F_OFD_GETLK, F_WRLCK, 0, 0);
    b = open("locked", O_RDWR);
}

static void *wait_whole(void *argument)
{
    int fd = open("locked", O_RDWR);
    for (int i = 0; i < 200; i++) {
        flock(fd, LOCK_EX);
        int seen = counter;
        if (i % 10 == 0)
            sched_yield();
        counter = seen + 1;
        flock(fd, LOCK_UN);
    }
    close(fd);
    return NULL;
}

static void *wait_record(void *argument)
{
    int fd = open("locked", O_RDWR);
    for (int i = 0; i < 200; i++) {
        lock(fd, F_OFD_SETLKW, F_WRLCK, SEEK_SET, 10, 10);
        int seen = counter;
        if (i % 10 == 0)
            sched_yield();
        counter = seen + 1;
        lock(fd, F_OFD_SETLKW, F_UNLCK, SEEK_SET, 0, 0);
    }
    close(fd);
    return NULL;
}

static void *wait_close(void *argument)
{
    SHOW(flock(*(int *)argument, LOCK_EX));
    return NULL;
}

static void waiting(void)
{
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, wait_whole, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    printf("counted %d\n", counter);
    counter = 0;
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, wait_record, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    printf("counted %d\n", counter);
    flock(a, LOCK_EX);
    int other = open("locked", O_RDWR);
    pthread_create(&threads[0], NULL, wait_close, &other);
    usleep(20000);
    close(a);
    pthread_join(threads[0], NULL);
    close(other);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    syscall(SYS_close_range, 3, ~0U, 0);
    a = open("locked", O_CREAT | O_RDWR, 0600);
    b = open("locked", O_RDWR);
    whole();
    records();
    waiting();
    unlink("locked");
    return 0;
}
