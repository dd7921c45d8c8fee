// Sending, masks, handlers, alternate stacks, waiting: one thread.
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1u << 31)
#endif

static void say(const char *what, long result) { printf("%s = %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerrorname_np(errno) : ""); fflush(stdout); }
#define SAY(call) do { errno = 0; say(#call, (long)(call)); } while (0)

static void set(int number, void (*handler)(int, siginfo_t *, void *), int flags, uint64_t mask)
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = flags };
    memcpy(&action.sa_mask, &mask, 8);
    if (sigaction(number, &action, 0)) printf("sigaction %d failed\n", number);
}

static void mask(int how, uint64_t bits) { sigset_t s; sigemptyset(&s); memcpy(&s, &bits, 8); sigprocmask(how, &s, 0); }
static uint64_t now(void) { sigset_t s; sigprocmask(SIG_BLOCK, 0, &s); uint64_t bits; memcpy(&bits, &s, 8); return bits; }
static uint64_t pending(void) { sigset_t s; memset(&s, 0, sizeof s); sigpending(&s); uint64_t bits; memcpy(&bits, &s, 8); return bits; }
#define BIT(n) (1ull << ((n) - 1))

static int depth, again_left;
static void tell(int number, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    uint64_t saved;
    memcpy(&saved, &uc->uc_sigmask, 8);
    printf("%*shandler %d code %d from %d value %d flags %lx saved mask %lx mask %lx\n", depth * 2, "", number, info->si_code,
        info->si_code <= 0 && info->si_code != SI_TIMER ? info->si_pid == getpid() : -1, info->si_code == SI_QUEUE ? info->si_value.sival_int : -1,
        uc->uc_flags & 6, saved, now());
    fflush(stdout);
}

static void again(int number, siginfo_t *info, void *context)
{
    tell(number, info, context);
    depth++;
    if (again_left-- > 0) raise(number);
    depth--;
    printf("%*sleave %d\n", depth * 2, "", number);
}

static sigjmp_buf back;
static void jump(int number, siginfo_t *info, void *context) { siglongjmp(back, number); }

static char stack[65536] __attribute__((aligned(16)));
static void where(int number, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    stack_t current;
    char here;
    int aligned = (uintptr_t)__builtin_frame_address(0) % 16;
    sigaltstack(0, &current);
    printf("handler %d on alternate %d, frame %% 16 = %d, uc_stack flags %x same %d, now flags %x size %zu\n", number, &here >= stack && &here < stack + sizeof stack,
        aligned, uc->uc_stack.ss_flags, uc->uc_stack.ss_sp == (void *)stack, current.ss_flags, current.ss_size);
    stack_t other = { .ss_sp = stack, .ss_size = 30000 };
    SAY(sigaltstack(&other, 0));
    if (number == SIGUSR1) raise(SIGUSR2);
}

static void skip(int number, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    uc->uc_mcontext.gregs[REG_RIP] += 2; // ud2
    uc->uc_mcontext.gregs[REG_RBX] = 0x1234567890abcdef;
    uc->uc_mcontext.gregs[REG_R15] = 42;
    uc->uc_mcontext.gregs[REG_EFL] |= 0x8d5 & ~0x40; // all arithmetic flags but zero
    sigaddset(&uc->uc_sigmask, SIGUSR2);
}

static void overflow(int number, siginfo_t *info, void *context) { printf("handler %d code %d addr %p\n", number, info->si_code, info->si_addr); fflush(stdout); siglongjmp(back, 1); }

static void errors(void)
{
    struct sigaction action = { .sa_handler = SIG_IGN };
    SAY(sigaction(0, &action, 0));
    SAY(sigaction(65, &action, 0));
    SAY(sigaction(SIGKILL, &action, 0));
    SAY(sigaction(SIGSTOP, &action, 0));
    SAY(syscall(SYS_rt_sigaction, SIGKILL, 0, &action, 8));
    SAY(syscall(SYS_rt_sigaction, SIGUSR1, 0, &action, 4));
    SAY(syscall(SYS_rt_sigaction, SIGUSR1, 8, 0, 8));
    SAY(syscall(SYS_rt_sigaction, SIGUSR1, 0, 8, 8));
    uint64_t raw[4] = { (uint64_t)SIG_IGN, 0xffffffffffffffff, 0, ~0ull }, old[4];
    syscall(SYS_rt_sigaction, SIGUSR1, raw, 0, 8);
    syscall(SYS_rt_sigaction, SIGUSR1, 0, old, 8);
    printf("flags %lx mask %lx\n", old[1], old[3]);
    raw[0] = raw[1] = 0;
    syscall(SYS_rt_sigaction, SIGUSR1, raw, 0, 8);
    SAY(syscall(SYS_rt_sigprocmask, 3, raw, 0, 8));
    SAY(syscall(SYS_rt_sigprocmask, 3, 0, old, 8));
    SAY(syscall(SYS_rt_sigprocmask, 0, 8, 0, 8));
    SAY(syscall(SYS_rt_sigprocmask, 0, raw, 8, 8));
    SAY(syscall(SYS_rt_sigprocmask, 0, raw, 0, 16));
    SAY(syscall(SYS_rt_sigpending, old, 9));
    SAY(syscall(SYS_rt_sigpending, old, 4));
    SAY(syscall(SYS_rt_sigpending, 8, 8));
    SAY(syscall(SYS_rt_sigsuspend, old, 4));
    SAY(syscall(SYS_rt_sigsuspend, 8, 8));
    SAY(syscall(SYS_rt_sigtimedwait, raw, 0, 0, 4));
    struct timespec bad = { 0, 1000000000 };
    SAY(syscall(SYS_rt_sigtimedwait, raw, 0, &bad, 8));
    SAY(kill(getpid(), 0));
    SAY(kill(getpid(), 65));
    SAY(kill(getpid(), -1));
    SAY(kill(0x7ffffff0, 0));
    SAY(kill(0x80000000, 0));
    SAY(syscall(SYS_tkill, 0, 0));
    SAY(syscall(SYS_tkill, -5, 0));
    SAY(syscall(SYS_tkill, 0x7ffffff0, 0));
    SAY(syscall(SYS_tgkill, getpid(), 0, 0));
    SAY(syscall(SYS_tgkill, 1, getpid(), 0));
    SAY(syscall(SYS_tgkill, getpid(), getpid(), 65));
    SAY(syscall(SYS_tgkill, getpid(), getpid(), 0));
    siginfo_t info = { .si_signo = SIGUSR1, .si_code = SI_USER };
    SAY(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, 8));
    SAY(syscall(SYS_rt_sigqueueinfo, getpid(), 0, &info));
    SAY(syscall(SYS_rt_sigqueueinfo, 0x7ffffff0, 0, &info));
    info.si_code = SI_QUEUE;
    SAY(syscall(SYS_rt_sigqueueinfo, 0x7ffffff0, 0, &info));
    SAY(syscall(SYS_rt_sigqueueinfo, getpid(), 65, &info));
    SAY(syscall(SYS_rt_tgsigqueueinfo, getpid(), -1, SIGUSR1, &info));
    stack_t s = { .ss_sp = stack, .ss_size = 2047 };
    SAY(sigaltstack(&s, 0));
    s.ss_size = 2048; s.ss_flags = 4;
    SAY(sigaltstack(&s, 0));
    SAY(syscall(SYS_sigaltstack, 8, 0));
    SAY(syscall(SYS_sigaltstack, 0, 8));
    SAY(syscall(SYS_restart_syscall));
}

int main(void)
{
    setvbuf(stdout, 0, _IONBF, 0);
    errors();

    puts("-- information and masks");
    set(SIGUSR1, tell, SA_SIGINFO, BIT(SIGHUP));
    set(SIGUSR2, tell, SA_SIGINFO | SA_NODEFER, BIT(SIGINT) | BIT(SIGKILL));
    mask(SIG_SETMASK, BIT(SIGQUIT));
    kill(getpid(), SIGUSR1);
    raise(SIGUSR2);
    syscall(SYS_tkill, getpid(), SIGUSR1);
    union sigval value = { .sival_int = 77 };
    sigqueue(getpid(), SIGUSR1, value);
    mask(SIG_SETMASK, 0);

    puts("-- order");
    for (int n = 1; n <= 64; n++) if (n != SIGKILL && n != SIGSTOP && n != 32 && n != 33) set(n, tell, SA_SIGINFO, ~0ull);
    mask(SIG_SETMASK, ~0ull);
    int sent[] = { 40, SIGTERM, SIGHUP, SIGSEGV, 34, SIGUSR1, 40, SIGTERM, SIGILL, 64, 34, SIGUSR1 };
    for (int i = 0; i < 12; i++) { value.sival_int = i; sigqueue(getpid(), sent[i], value); }
    value.sival_int = 100; syscall(SYS_tgkill, getpid(), getpid(), SIGCHLD);
    printf("pending %lx\n", pending());
    mask(SIG_SETMASK, 0);
    printf("pending %lx\n", pending());

    puts("-- nested");
    set(SIGUSR1, again, SA_SIGINFO, 0);
    again_left = 2;
    raise(SIGUSR1);
    set(SIGUSR1, again, SA_SIGINFO | SA_NODEFER, 0);
    again_left = 2;
    raise(SIGUSR1);
    set(SIGUSR1, tell, SA_SIGINFO | SA_RESETHAND, 0);
    raise(SIGUSR1);
    struct sigaction old;
    sigaction(SIGUSR1, 0, &old);
    printf("reset %d flags %x\n", old.sa_handler == SIG_DFL, old.sa_flags);

    puts("-- ignored");
    signal(SIGUSR1, SIG_IGN);
    mask(SIG_BLOCK, BIT(SIGUSR1) | BIT(SIGURG));
    raise(SIGUSR1);
    signal(SIGURG, SIG_DFL);
    raise(SIGURG);
    printf("pending %lx\n", pending());
    signal(SIGUSR1, SIG_IGN);
    signal(SIGURG, SIG_DFL);
    printf("pending %lx\n", pending());
    mask(SIG_SETMASK, 0);
    raise(SIGUSR1);
    raise(SIGURG);
    mask(SIG_BLOCK, BIT(SIGTSTP) | BIT(SIGCONT));
    raise(SIGTSTP);
    printf("pending %lx\n", pending());
    raise(SIGCONT);
    printf("pending %lx\n", pending());
    raise(SIGTTOU);
    printf("pending %lx\n", pending());
    mask(SIG_SETMASK, 0);

    puts("-- jump");
    for (int i = 0; i < 2; i++)
    {
        set(SIGUSR1, jump, SA_SIGINFO, BIT(SIGUSR2));
        volatile int got = sigsetjmp(back, 1);
        if (!got) raise(SIGUSR1);
        printf("jumped %d mask %lx\n", got, now());
    }

    puts("-- registers");
    set(SIGILL, skip, SA_SIGINFO, 0);
    uint64_t rbx = 1, r15 = 2, flags;
    register uint64_t r15in __asm__("r15") = r15;
    __asm__ volatile("xor %%eax, %%eax; ud2; pushfq; popq %1" : "+b"(rbx), "=r"(flags), "+r"(r15in) : : "rax", "cc");
    printf("rbx %lx r15 %lu flags %lx mask %lx\n", rbx, r15in, flags & 0xcd5, now());
    mask(SIG_SETMASK, 0);

    puts("-- alternate stack");
    set(SIGUSR1, where, SA_SIGINFO | SA_ONSTACK, 0);
    set(SIGUSR2, where, SA_SIGINFO | SA_ONSTACK, 0);
    raise(SIGUSR1);
    stack_t s = { .ss_sp = stack, .ss_size = sizeof stack }, before;
    SAY(sigaltstack(&s, &before));
    printf("before flags %x\n", before.ss_flags);
    raise(SIGUSR1);
    s.ss_flags = SS_AUTODISARM;
    SAY(sigaltstack(&s, &before));
    printf("before flags %x\n", before.ss_flags);
    raise(SIGUSR1);
    sigaltstack(0, &before);
    printf("after flags %x size %zu\n", before.ss_flags, before.ss_size);
    s = (stack_t){ .ss_flags = SS_DISABLE | SS_AUTODISARM, .ss_size = 5 };
    SAY(sigaltstack(&s, 0));
    sigaltstack(0, &before);
    printf("after flags %x size %zu\n", before.ss_flags, before.ss_size);

    puts("-- stacks that are too small");
    set(SIGSEGV, overflow, SA_SIGINFO | SA_ONSTACK, 0);
    s = (stack_t){ .ss_sp = stack, .ss_size = sizeof stack };
    sigaltstack(&s, 0);
    set(SIGUSR1, tell, SA_SIGINFO, 0);
    if (!sigsetjmp(back, 1))
        __asm__ volatile("mov %%rsp, %%rbx; mov $0x1000, %%rsp; mov %0, %%eax; mov %1, %%edi; mov %2, %%esi; syscall; mov %%rbx, %%rsp" ::"i"(SYS_kill), "r"(getpid()), "i"(SIGUSR1) : "rax", "rbx", "rcx", "rdi", "rsi", "r11", "memory");
    printf("mask %lx\n", now());
    s = (stack_t){ .ss_flags = SS_DISABLE };
    SAY(sigaltstack(&s, 0));

    puts("-- waiting");
    set(SIGUSR1, tell, SA_SIGINFO, 0);
    set(SIGALRM, tell, SA_SIGINFO, 0);
    sigset_t wanted;
    sigemptyset(&wanted); sigaddset(&wanted, SIGUSR1); sigaddset(&wanted, 40); sigaddset(&wanted, SIGKILL);
    mask(SIG_BLOCK, BIT(SIGUSR1) | BIT(40));
    struct timespec none = { 0, 0 }, little = { 0, 20000000 }, much = { 30, 0 };
    siginfo_t info;
    SAY(sigtimedwait(&wanted, &info, &none));
    SAY(sigtimedwait(&wanted, &info, &little));
    value.sival_int = 5; sigqueue(getpid(), 40, value);
    value.sival_int = 6; sigqueue(getpid(), 40, value);
    kill(getpid(), SIGUSR1);
    for (int i = 0; i < 3; i++) { SAY(sigtimedwait(&wanted, &info, &none)); printf("code %d value %d\n", info.si_code, info.si_code == SI_QUEUE ? info.si_value.sival_int : 0); }
    struct itimerval soon = { .it_value = { 0, 30000 } };
    setitimer(ITIMER_REAL, &soon, 0);
    SAY(sigtimedwait(&wanted, &info, &much));
    signal(SIGALRM, SIG_IGN);
    sigaddset(&wanted, SIGALRM);
    mask(SIG_BLOCK, BIT(SIGALRM)); // or it would be dropped
    setitimer(ITIMER_REAL, &soon, 0);
    SAY(sigtimedwait(&wanted, &info, &much));
    printf("code %d\n", info.si_code);
    set(SIGALRM, tell, SA_SIGINFO, 0);
    mask(SIG_UNBLOCK, BIT(SIGALRM));
    setitimer(ITIMER_REAL, &soon, 0);
    SAY(pause());
    mask(SIG_BLOCK, BIT(SIGALRM));
    setitimer(ITIMER_REAL, &soon, 0);
    sigset_t open; sigfillset(&open); sigdelset(&open, SIGALRM);
    SAY(sigsuspend(&open));
    printf("mask %lx pending %lx\n", now(), pending());
    raise(SIGUSR1);
    sigemptyset(&open); sigaddset(&open, SIGALRM);
    SAY(sigsuspend(&open));
    printf("mask %lx pending %lx\n", now(), pending());
    return 0;
}
