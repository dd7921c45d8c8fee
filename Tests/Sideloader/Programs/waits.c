// Calls that wait at the peer: many at a time, interrupted by signals, and with buffers that go away.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#define THREADS 100

static int pipes;
static int handled;
static char *volatile shared;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int sum;
static int memory;

static void *reader(void *argument)
{
    unsigned char b;
    if (read(pipes, &b, 1) != 1) { printf("reader: %s\n", strerrorname_np(errno)); return 0; }
    pthread_mutex_lock(&lock);
    sum += b;
    pthread_mutex_unlock(&lock);
    return 0;
}

static void *worker(void *argument)
{
    long id = (long)argument;
    char name[20];
    uint32_t out[2000], in[2000];
    sprintf(name, "w%ld", id);
    for (int i = 0; i < 2000; i++) out[i] = id * 100003 + i;
    int f = open(name, O_RDWR | O_CREAT, 0644);
    for (int round = 0; round < 5; round++) {
        if (pwrite(f, out, sizeof out, round * 100) != sizeof out) printf("%s: write %s\n", name, strerrorname_np(errno));
        if (pread(f, in, sizeof in, round * 100) != sizeof in) printf("%s: read %s\n", name, strerrorname_np(errno));
        if (memcmp(in, out, sizeof in)) printf("%s: differs\n", name);
    }
    close(f);
    unlink(name);
    return 0;
}

static void handle(int signal) { handled++; }

static void *unmapper(void *argument)
{
    usleep(100000);
    munmap(shared, 4096);
    // What is mapped there now is somebody else's.
    char *other = mmap(shared, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    munmap(other, 4096);
    usleep(50000);
    write(pipes, "late", 4);
    return 0;
}

static void *cutter(void *argument)
{
    usleep(100000);
    ftruncate(memory, 0);
    usleep(50000);
    write(pipes, "gone", 4);
    return 0;
}

int main(void)
{
    pthread_t threads[THREADS];
    mkfifo("fifo", 0600);
    pipes = open("fifo", O_RDWR);
    for (long i = 0; i < THREADS; i++) pthread_create(threads + i, 0, reader, (void *)i);
    unsigned char numbers[THREADS];
    for (int i = 0; i < THREADS; i++) numbers[i] = i;
    printf("%zd\n", write(pipes, numbers, THREADS));
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], 0);
    printf("sum %d\n", sum);

    for (long i = 0; i < THREADS; i++) pthread_create(threads + i, 0, worker, (void *)i);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], 0);

    struct sigaction action = { .sa_handler = handle };
    sigaction(SIGALRM, &action, 0);
    struct itimerval soon = { .it_value = { 0, 100000 } };
    char b[10];
    setitimer(ITIMER_REAL, &soon, 0);
    ssize_t r = read(pipes, b, 10);
    printf("interrupted %zd %s %d\n", r, r < 0 ? strerrorname_np(errno) : "", handled);

    // With SA_RESTART the call goes on, until somebody writes.
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, 0);
    setitimer(ITIMER_REAL, &soon, 0);
    shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_t thread;
    pthread_create(&thread, 0, unmapper, 0);
    r = read(pipes, b, 10);
    printf("restarted %zd %.4s %d\n", r, b, handled);
    pthread_join(thread, 0);

    // A buffer that is unmapped while the peer has it: the data are not lost.
    shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_create(&thread, 0, unmapper, 0);
    r = read(pipes, shared, 4);
    printf("unmapped %zd %s\n", r, r < 0 ? strerrorname_np(errno) : "");
    pthread_join(thread, 0);
    fcntl(pipes, F_SETFL, O_NONBLOCK);
    r = read(pipes, b, 10);
    printf("left %zd %.4s\n", r, b);

    // The same with a file's page that goes with the file's end.
    fcntl(pipes, F_SETFL, 0);
    memory = memfd_create("m", 0);
    ftruncate(memory, 4096);
    shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    pthread_create(&thread, 0, cutter, 0);
    r = read(pipes, shared, 4);
    printf("cut %zd %s\n", r, r < 0 ? strerrorname_np(errno) : "");
    pthread_join(thread, 0);
    return 0;
}
