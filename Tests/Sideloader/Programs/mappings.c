// What mappings of files do, told line by line: run by Linux and by the unikernel, in directories that are alike.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/futex.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 40 };

#define SAY(call) do { errno = 0; long r_ = (long)(call); printf("%s = %ld %s\n", #call, r_, r_ < 0 ? strerrorname_np(errno) : ""); } while (0)

static sigjmp_buf back;
static volatile int code;

static void handle(int number, siginfo_t *information, void *context)
{
    code = information->si_code;
    siglongjmp(back, number);
}

// Reads or writes one byte and tells what becomes of it.
static void touch(const char *what, volatile char *at, int writes)
{
    int number = sigsetjmp(back, 1);
    if (number) { printf("%s: signal %d code %d\n", what, number, code); return; }
    char b = *at;
    if (writes) *at = 'T';
    printf("%s: %d\n", what, b);
}

static char *map(size_t length, int protection, int flags, int file, off_t offset)
{
    char *p = mmap(0, length, protection, flags, file, offset);
    if (p == MAP_FAILED) printf("mmap: %s\n", strerrorname_np(errno));
    return p == MAP_FAILED ? 0 : p;
}

static char at(int file, off_t offset)
{
    char b = '?';
    pread(file, &b, 1, offset);
    return b;
}

static void *fall(void *p)
{
    unsigned sum = 0;
    for (int i = 0; i < PAGES * 16; i++) sum += ((volatile unsigned char *)p)[(i * 7919L) % (PAGES * PAGE)];
    return (void *)(long)sum;
}

int main(void)
{
    static char text[PAGES * PAGE];
    struct sigaction action = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO };
    sigaction(SIGBUS, &action, 0);
    sigaction(SIGSEGV, &action, 0);
    setvbuf(stdout, 0, _IOLBF, 0);
    int file = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0644);
    for (int i = 0; i < (int)sizeof text; i++) text[i] = 'a' + i / PAGE % 26;
    write(file, text, sizeof text - 1000);
    long end = sizeof text - 1000;

    // Which mappings there can be.
    int reads = open("mapped", O_RDONLY), writes = open("mapped", O_WRONLY), directory = open(".", O_RDONLY);
    SAY(mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, reads, 0) == MAP_FAILED ? -1 : 0);
    SAY(mmap(0, PAGE, PROT_READ, MAP_SHARED, writes, 0) == MAP_FAILED ? -1 : 0);
    SAY(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, writes, 0) == MAP_FAILED ? -1 : 0);
    SAY(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, directory, 0) == MAP_FAILED ? -1 : 0);
    SAY(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, reads, 100) == MAP_FAILED ? -1 : 0);
    SAY(mmap(0, 0, PROT_READ, MAP_PRIVATE, reads, 0) == MAP_FAILED ? -1 : 0);
    char *p = map(PAGE, PROT_READ, MAP_SHARED, reads, 0);
    SAY(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
    touch("shared, read-only", p, 1);
    munmap(p, PAGE);

    // Shared and written to: the file has it after msync and after munmap.
    char *shared = map(sizeof text, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    char *again = map(2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, PAGE);
    char *private = map(sizeof text, PROT_READ | PROT_WRITE, MAP_PRIVATE, reads, 0);
    printf("%c %c %c\n", shared[PAGE], again[0], private[PAGE]);
    shared[PAGE] = 'A';
    again[PAGE] = 'B';
    private[PAGE + 1] = 'P';
    printf("%c %c %c %c\n", again[0], shared[2 * PAGE], private[PAGE], private[2 * PAGE]);
    SAY(msync(shared, sizeof text, MS_SYNC));
    printf("%c %c %c\n", at(reads, PAGE), at(reads, 2 * PAGE), at(reads, PAGE + 1));
    shared[3 * PAGE] = 'C';
    SAY(msync(shared + 3 * PAGE, PAGE, MS_ASYNC));
    printf("%c\n", at(reads, 3 * PAGE));
    shared[3 * PAGE] = 'D';
    SAY(msync(shared, PAGE, MS_SYNC | MS_ASYNC));
    SAY(msync(shared + 1, PAGE, MS_SYNC));
    SAY(msync(shared, PAGE, MS_INVALIDATE));
    // Calls see what a mapping wrote at once, and the other way round.
    printf("%c\n", at(reads, 3 * PAGE));
    SAY(pwrite(writes, "wxyz", 4, 4 * PAGE - 2));
    printf("%.2s %.2s %.2s\n", shared + 4 * PAGE - 2, shared + 4 * PAGE, private + 4 * PAGE);
    shared[5 * PAGE] = 'E';
    shared[5 * PAGE + 9] = 'F';
    SAY(pwrite(file, "ee", 2, 5 * PAGE + 3));
    printf("%.12s\n", shared + 5 * PAGE);
    SAY(pread(file, text, 12, 5 * PAGE));
    printf("%.12s\n", text);
    SAY(lseek(file, 6 * PAGE, SEEK_SET));
    SAY(write(file, "position", 8));
    printf("%.10s\n", shared + 6 * PAGE);

    // From and to a mapping, of the same file too.
    SAY(pwrite(file, shared + 7 * PAGE, PAGE + 5, 9 * PAGE));
    printf("%c %c\n", shared[9 * PAGE], shared[10 * PAGE]);
    SAY(pread(file, shared + 11 * PAGE - 3, 6, 0));
    printf("%.4s\n", shared + 11 * PAGE - 4);
    struct iovec *vector = (struct iovec *)(shared + 12 * PAGE);
    char small[8] = "";
    vector[0] = (struct iovec){ small, 3 };
    vector[1] = (struct iovec){ small + 3, 2 };
    SAY(preadv(file, vector, 2, 13 * PAGE));
    printf("%s\n", small);
    int pipes[2];
    pipe(pipes);
    SAY(write(pipes[1], private + 14 * PAGE - 2, 4));
    SAY(read(pipes[0], private + 15 * PAGE - 2, 4));
    printf("%.4s %c\n", private + 15 * PAGE - 2, shared[15 * PAGE - 1]);
    struct stat *status = (struct stat *)(private + 16 * PAGE);
    SAY(fstat(file, status));
    printf("%ld\n", (long)status->st_size);
    strcpy(shared + 17 * PAGE, "mapped");
    SAY(access(shared + 17 * PAGE, R_OK));
    SAY(access(private + 18 * PAGE, R_OK));

    // The end.
    printf("%d %d\n", shared[end - 1], shared[end]);
    shared[end + 5] = 'X';
    SAY(msync(shared, sizeof text, MS_SYNC));
    SAY(fstat(file, status));
    printf("%ld\n", (long)status->st_size);
    char *behind = map(3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, sizeof text - PAGE);
    touch("last page", behind, 0);
    touch("behind the end", behind + PAGE, 0);
    touch("written behind the end", behind + PAGE, 1);
    SAY(read(pipes[0], behind + PAGE, 0));
    SAY(write(pipes[1], behind + PAGE, 1));
    SAY(ftruncate(file, end + 2 * PAGE));
    touch("longer", behind + PAGE, 1);
    printf("%d %d\n", shared[end - 1], shared[end + 5]);
    printf("%d\n", at(file, end + 5));
    SAY(pwrite(file, "new", 3, sizeof text + PAGE));
    printf("%.3s\n", behind + 2 * PAGE);
    SAY(ftruncate(file, 20 * PAGE + 100));
    touch("cut", shared + 21 * PAGE, 0);
    touch("private and cut", private + 21 * PAGE, 1);
    printf("%d %d\n", shared[20 * PAGE + 99], shared[20 * PAGE + 100]);
    SAY(truncate("mapped", 19 * PAGE));
    touch("cut by name", shared + 20 * PAGE, 0);
    touch("left", shared + 18 * PAGE, 1);

    // Holes and copies.
    shared[PAGE + 7] = 'H';
    SAY(fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, 10) );
    printf("%d %c\n", shared[PAGE + 7], shared[PAGE + 10]);
    shared[2 * PAGE + 9] = 'S';
    loff_t from = 2 * PAGE, to = 3 * PAGE;
    SAY(copy_file_range(file, &from, file, &to, 100, 0));
    printf("%c %c\n", shared[3 * PAGE], shared[3 * PAGE + 9]);
    SAY(madvise(shared + 4 * PAGE, PAGE, MADV_REMOVE));
    printf("%d %d\n", shared[4 * PAGE], at(file, 4 * PAGE));
    shared[5 * PAGE] = 'N';
    SAY(madvise(shared + 5 * PAGE, PAGE, MADV_DONTNEED));
    printf("%c\n", shared[5 * PAGE]);
    private[6 * PAGE] = 'Q';
    SAY(madvise(private + 6 * PAGE, PAGE, MADV_DONTNEED));
    printf("%c\n", private[6 * PAGE]);
    SAY(mlock(shared + 7 * PAGE, 2 * PAGE));
    SAY(munlock(shared + 7 * PAGE, 2 * PAGE));
    SAY(madvise(shared, 18 * PAGE, MADV_POPULATE_READ));
    SAY(madvise(shared, 18 * PAGE, MADV_POPULATE_WRITE));
    SAY(madvise(shared, 25 * PAGE, MADV_POPULATE_READ));

    // Protection.
    SAY(mprotect(shared, PAGE, PROT_NONE));
    touch("none", shared, 0);
    SAY(mprotect(shared, PAGE, PROT_READ));
    touch("read-only", shared, 1);
    SAY(mprotect(shared, PAGE, PROT_READ | PROT_WRITE));
    touch("both", shared + 1, 1);
    SAY(msync(shared, PAGE, MS_SYNC));
    printf("%c\n", at(reads, 1));
    shared[1] = 'U';
    SAY(fsync(file));
    printf("%c\n", at(reads, 1));

    // Moved, unmapped in part, closed before.
    char *moved = mremap(shared, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
    printf("%c %c\n", moved[1], moved[2 * PAGE]);
    moved[2] = 'V';
    close(file);
    close(writes);
    SAY(munmap(moved, PAGE));
    printf("%c\n", at(reads, 2));
    moved[PAGE] = 'W';
    SAY(munmap(moved + PAGE, 7 * PAGE));
    printf("%c\n", at(reads, PAGE));
    again[1] = 'Y';
    SAY(unlink("mapped"));
    SAY(munmap(again, 2 * PAGE));
    printf("%c\n", at(reads, PAGE + 1));

    // A word in a file to wait at, and many threads that fall at once.
    int words = open("words", O_RDWR | O_CREAT | O_TRUNC, 0644);
    ftruncate(words, PAGES * PAGE);
    for (int i = 0; i < PAGES; i++) pwrite(words, &i, 1, i * PAGE + 17);
    char *word = map(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, words, 0);
    SAY(syscall(SYS_futex, word, FUTEX_WAIT, 1, 0, 0, 0));
    char *other = map(PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, words, PAGE);
    SAY(syscall(SYS_futex, other, FUTEX_WAIT_PRIVATE, 1, 0, 0, 0));
    unsigned char *many = (unsigned char *)map(PAGES * PAGE, PROT_READ, MAP_SHARED, words, 0);
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) pthread_create(threads + i, 0, fall, many);
    void *result, *first = 0;
    int same = 1;
    for (int i = 0; i < 8; i++) { pthread_join(threads[i], &result); first = i ? first : result; same &= result == first; }
    printf("%ld %d\n", (long)first, same);

    // Pages that may only be written can be read all the same; a position that is too high is wrong whatever the buffer is.
    char *blind = map(2 * PAGE, PROT_WRITE, MAP_SHARED, words, PAGE);
    printf("%d\n", blind[17]);
    blind[17] = 'Z';
    printf("%c %d\n", at(words, PAGE + 17), blind[PAGE + 17]);
    SAY(mprotect(blind, PAGE, PROT_READ));
    SAY(mprotect(blind, PAGE, PROT_WRITE));
    printf("%c\n", blind[17]);
    SAY(pread(words, 0, 2, 0x7fffffffffffffff));
    SAY(pwrite(words, 0, 2, 0x7fffffffffffffff));

    // Appending, and what the end of the process leaves.
    int append = open("end", O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0644);
    write(append, text, 2 * PAGE);
    char *last = map(2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, append, 0);
    memcpy(last, "first", 5);
    SAY(msync(last, 2 * PAGE, MS_SYNC));
    SAY(write(append, "more", 4));
    SAY(lseek(append, 0, SEEK_CUR));
    memcpy(last + PAGE, "second", 6);
    fflush(stdout);
    return 7;
}
