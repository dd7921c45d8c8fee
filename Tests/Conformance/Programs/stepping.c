// Options: -fexceptions
// A program that traces itself: SIGTRAP after each instruction, through system calls of several forms and through libc, on the way of which the
// handler looks at the frames below. The output is the same on Linux, in the libOS, linked, and with promotion. With the argument "places" it also
// says at how many places outside of the program's own code it was; on Linux at none.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <unwind.h>
#endif

#define APART __attribute__((noinline, noclone))
#ifdef LINKED
#define CALL "call *0x050F0000(,%%rax,8)"
#else
#define CALL "syscall"
#endif

extern char __executable_start, etext;
static volatile int steps, wrong, stop, outside;

static APART long plain(void)
{
    long result;
#ifdef LINKED
    __asm__ volatile("sub $128, %%rsp; mov $110, %%eax; " CALL "; add $128, %%rsp" : "=a"(result) : : "rcx", "r11", "cc", "memory");
#else
    __asm__ volatile("mov $110, %%eax; syscall" : "=a"(result) : : "rcx", "r11", "memory");
#endif
    return result;
}

static APART long brief(void)
{
    long result, number = -1;
    __asm__ volatile("xor %%eax, %%eax; syscall; cmp $-4096, %%rax; ja 1f; nop; 1:" : "=&a"(result) : "D"(number) : "rcx", "r11", "cc", "memory");
    return result;
}

static APART long stored(void)
{
    static volatile long word;
    long result;
    __asm__ volatile("mov $110, %%eax; mov %%rdx, (%1); syscall" : "=&a"(result) : "S"(&word), "d"(7L) : "rcx", "r11", "memory");
    return result + (word - 7);
}

int main(int argc, char **argv);

#ifdef __GLIBC__
static int found;

static _Unwind_Reason_Code find_main(struct _Unwind_Context *context, void *argument)
{
    int is_before;
    unsigned long address = _Unwind_GetIPInfo(context, &is_before);
    found |= _Unwind_FindEnclosingFunction((void *)(address + is_before)) == (void *)main;
    return _URC_NO_REASON;
}

static int is_below(void)
{
    found = 0;
    _Unwind_Backtrace(find_main, 0);
    return found;
}
#else
static int is_below(void) { return 1; } // musl has no unwinding entries
#endif

static void on_start(int signal, siginfo_t *info, void *context) { ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] |= 0x100; }

static void on_step(int signal, siginfo_t *info, void *context)
{
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    unsigned long address = registers[REG_RIP];
    steps++;
    outside += address < (unsigned long)&__executable_start || address >= (unsigned long)&etext;
    if (info->si_code != TRAP_TRACE || !(registers[REG_EFL] & 0x100) || !is_below()) wrong++;
    if (stop) registers[REG_EFL] &= ~0x100L;
}

static void on_other(int signal) {}

int main(int argc, char **argv)
{
    struct sigaction start = {.sa_sigaction = on_start, .sa_flags = SA_SIGINFO}, step = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO};
    struct sigaction other = {.sa_handler = on_other};
    long parent = getppid(), results[8];
    int ends[2];
    char text[4] = "abc", back[4] = "";
    sigaction(SIGUSR1, &start, 0);
    sigaction(SIGUSR2, &other, 0);
    sigaction(SIGTRAP, &step, 0);
    pipe(ends);

    syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1); // libc's raise and pthread_create block signals, and SIGTRAP must not be
    results[0] = plain();
    results[1] = brief();
    results[2] = stored();
    results[3] = write(ends[1], text, 3);
    results[4] = read(ends[0], back, 3);
    results[5] = getpid() == syscall(SYS_getpid);
    results[6] = kill(getpid(), SIGUSR2);
    results[7] = dup(ends[0]) > ends[1];
    stop = 1;

    printf("steps some %d, wrong %d\n", steps > 60, wrong);
    printf("%d %ld %d %ld %ld %s %ld %ld %ld\n", results[0] == parent, results[1], results[2] == parent, results[3], results[4], back, results[5], results[6], results[7]);
    if (argc > 1) printf("steps %d, outside %d\n", steps, outside);
    return 0;
}
