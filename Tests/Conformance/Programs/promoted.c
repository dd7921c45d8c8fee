// A system call that a signal comes upon at every instruction, and calls that a signal interrupts. The output is the same on Linux, in the
// libOS, and with promotion. With the argument "places" it also says whether a signal came at each place where one can come; that takes a
// clock that counts instructions.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

// A linked program's call is one through the kernel's table; this number's leads to a function in the program's half.
#ifdef LINKED
#define NUMBER "39"
#define CALL "call *0x050F0000(,%rax,8)"
#define TABLE ((unsigned char **)0x050F0000)
#define ask getpid
#else
#define NUMBER "110"
#define CALL "syscall"
#define ask getppid
#endif

extern unsigned char probe_start[], probe_site[], probe_end[];
void probe(const unsigned long *in, unsigned long *out);

// rdi rsi rdx r8 r9 r10 rbx rbp r12 r13 r14 r15, and rax behind the call.
__asm__(".text\n.globl probe, probe_start, probe_site, probe_end\n.type probe, @function\nprobe:\n"
        "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15; push %rsi; push $0x5a5a\n"
        "mov %rdi, %r11\n"
        "mov (%r11), %rdi; mov 8(%r11), %rsi; mov 16(%r11), %rdx; mov 24(%r11), %r8; mov 32(%r11), %r9; mov 40(%r11), %r10\n"
        "mov 48(%r11), %rbx; mov 56(%r11), %rbp; mov 64(%r11), %r12; mov 72(%r11), %r13; mov 80(%r11), %r14; mov 88(%r11), %r15\n"
        "probe_start: mov $" NUMBER ", %eax\n"
        "probe_site: " CALL "\n"
        "probe_end: mov 8(%rsp), %r11\n"
        "mov %rdi, (%r11); mov %rsi, 8(%r11); mov %rdx, 16(%r11); mov %r8, 24(%r11); mov %r9, 32(%r11); mov %r10, 40(%r11)\n"
        "mov %rbx, 48(%r11); mov %rbp, 56(%r11); mov %r12, 64(%r11); mov %r13, 72(%r11); mov %r14, 80(%r11); mov %r15, 88(%r11)\n"
        "mov %rax, 96(%r11); pop %rax; mov %rax, 104(%r11); pop %rax; pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret\n"
        ".size probe, .-probe\n");

#define PLACES 4096
static volatile unsigned long places[PLACES];
static volatile int count, in_handler_ok = 1;
static volatile int writes;
static int wake[2];

// The address of code inside the site would keep it from being promoted.
static unsigned char *behind(void)
{
    unsigned char *end = probe_end;
    __asm__("" : "+r"(end));
    return end;
}
#ifdef LINKED
static int is_promoted(void) { return 1; }
static unsigned char *stub(void) { return TABLE[39]; }
enum { STUB_BYTES = 0 };
#else
enum { STUB_BYTES = 5 }; // of the instruction that was moved there
static int is_promoted(void) { return behind()[-5] == 0xe8; }
static unsigned char *stub(void)
{
    int distance;
    memcpy(&distance, behind() - 4, 4);
    return behind() + distance;
}
#endif

static void on_timer(int signal, siginfo_t *info, void *context)
{
    int saved = errno;
    places[count++ % PLACES] = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    if (getppid() != syscall(SYS_getppid)) in_handler_ok = 0;
    errno = saved;
}

static void on_wake(int signal)
{
    int saved = errno;
    count++;
    if (count == 2 && writes) write(wake[1], "x", 1);
    errno = saved;
}

static int seen(const void *address)
{
    for (int i = 0; i < count && i < PLACES; i++)
        if (places[i] == (unsigned long)address) return 1;
    return 0;
}

// Lets a number of instructions pass, 0 to 255, so that the next signal comes as many earlier.
static void wait(long instructions)
{
    __asm__ volatile("lea 1f(%%rip), %%rax; sub %0, %%rax; jmp *%%rax; .skip 256, 0x90; 1:" : : "r"(instructions) : "rax");
}

// The whole round has to be shorter than what wait lets pass, and musl compares byte by byte.
static int differ(const unsigned long *one, const unsigned long *other)
{
    for (int i = 0; i < 12; i++)
        if (one[i] != other[i]) return 1;
    return 0;
}

static timer_t timer;
static void arm(long nanoseconds, long interval)
{
    struct itimerspec time = {{0, interval}, {0, nanoseconds}};
    timer_settime(timer, 0, &time, 0);
}

static void make_timer(void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    sigaction(SIGUSR1, &action, 0);
    static int made;
    if (!made++) timer_create(CLOCK_MONOTONIC, &event, &timer);
    count = 0;
}

static void *thread(void *argument)
{
    char byte;
    pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, 0);
    read(((int *)argument)[0], &byte, 1);
    return "not cancelled";
}

int main(int argc, char **argv)
{
    unsigned long in[12], out[14];
    long wrong = 0, parent = ask();
    for (int i = 0; i < 12; i++) in[i] = 0x0101010101010101UL * (i + 1);

    make_timer((void (*)(int))on_timer, SA_SIGINFO | SA_RESTART);
    // A signal comes at each place once in 256 rounds or so: some more, so that none is missed.
    int rounds = argc > 1 ? 1024 : 100;
    for (int k = 0; k < rounds; k++) {
        int before = count;
        arm(4000 + k / 256 * 7, 0);
        wait(k & 255);
        for (int i = 0; i < 2000 && count == before; i++) {
            for (int j = 0; j < 14; j++) out[j] = 0;
            probe(in, out);
            if (differ(in, out) || out[12] != parent || out[13] != 0x5a5a) wrong++;
        }
        while (count == before) {}
    }
    printf("signals %d, registers wrong %ld, handler %s\n", count, wrong, in_handler_ok ? "right" : "wrong");
    if (argc > 1) {
        int inside = is_promoted() ? seen(stub()) && seen(stub() + STUB_BYTES) : seen(behind() - 2);
        printf("promoted %s, a signal before %d, inside %d, behind %d\n", is_promoted() ? "yes" : "no", seen(probe_start), inside, seen(probe_end));
    }

    pipe(wake);
    char byte = 0;
    // The timers repeat: a busy machine may let the first signal come before the call.
    make_timer(on_wake, SA_RESTART);
    writes = 1;
    arm(2000000, 2000000);
    long got = syscall(SYS_read, wake[0], &byte, 1);
    arm(0, 0);
    printf("restarted read %ld %c, signals at least 2: %d\n", got, byte, count >= 2);

    writes = 0;
    make_timer(on_wake, 0);
    arm(2000000, 2000000);
    got = read(wake[0], &byte, 1);
    int why = errno;
    arm(0, 0);
    printf("interrupted read %ld %s\n", got, strerror(why));

    struct timespec time = {100, 0}, rest = {0, 0};
    make_timer(on_wake, SA_RESTART);
    arm(1000000, 1000000);
    int slept = nanosleep(&time, &rest);
    why = errno;
    arm(0, 0);
    printf("interrupted sleep %d %s, rest %d\n", slept, strerror(why), rest.tv_sec > 0);

    pthread_t other;
    void *result;
    pthread_create(&other, 0, thread, wake);
    nanosleep(&(struct timespec){0, 2000000}, 0);
    pthread_cancel(other);
    pthread_join(other, &result);
    printf("cancelled %d\n", result == PTHREAD_CANCELED);
    return 0;
}
