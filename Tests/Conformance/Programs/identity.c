// Calls about the process, its clocks, signals and limits, as far as Linux and the libOS can agree.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-62s %ld %s\n", #call, r_, r_ == -1 ? strerrorname_np(e_) : ""); } while (0)
#define KIND(call) do { errno = 0; long r_ = (long)(call); int e_ = errno; printf("%-62s %s\n", #call, r_ == -1 ? strerrorname_np(e_) : "ok"); } while (0)
#define BAD ((void *)8)

static void handler(int n) { (void)n; }

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    syscall(SYS_close_range, 3, ~0U, 0);
    SHOW(argc);
    for (int i = 0; i < argc; i++) puts(argv[i]);
    SHOW(getpid() == syscall(SYS_gettid));
    SHOW(syscall(SYS_set_tid_address, BAD) == getpid());
    SHOW(getpgid(getpid()) == getpgrp());
    SHOW(getpgid(99999999));
    SHOW(getsid(99999999));
    SHOW(syscall(SYS_getgroups, -1, BAD));
    SHOW(waitpid(-1, NULL, 0));
    SHOW(syscall(9999));
    SHOW(syscall(-1));
    SHOW(syscall(1L << 40));

    struct utsname u;
    SHOW(uname(&u));
    puts(u.sysname);
    puts(u.machine);
    SHOW(uname(BAD));
    struct sysinfo si;
    SHOW(sysinfo(&si));
    SHOW(si.mem_unit * si.totalram > 1 << 20);
    SHOW(sysinfo(BAD));
    char r[16] = { 0 }, zeros[16] = { 0 };
    SHOW(getrandom(r, 16, 0));
    SHOW(memcmp(r, zeros, 16) != 0);
    SHOW(getrandom(BAD, 16, 0));
    SHOW(getrandom(r, 16, 0x100));
    SHOW(getrandom(r, 16, GRND_RANDOM | GRND_INSECURE));
    SHOW(getrandom(r, 0, GRND_NONBLOCK));
    cpu_set_t set;
    KIND(sched_getaffinity(0, sizeof set, &set));
    SHOW(CPU_COUNT(&set) > 0);
    SHOW(syscall(SYS_sched_getaffinity, 0, 4, &set));
    SHOW(syscall(SYS_sched_getaffinity, 99999999, 128, &set));
    SHOW(sched_yield());
    SHOW(prctl(PR_SET_NAME, "a name that is too long"));
    char name[16];
    SHOW(prctl(PR_GET_NAME, name));
    puts(name);
    SHOW(prctl(PR_SET_NAME, BAD));
    SHOW(prctl(12345));
    SHOW(syscall(SYS_arch_prctl, 0x9999, 0));
    SHOW(syscall(SYS_arch_prctl, 0x1002, -1L));
    unsigned long fs;
    SHOW(syscall(SYS_arch_prctl, 0x1003, &fs));
    SHOW(syscall(SYS_arch_prctl, 0x1003, BAD));

    struct timespec t, v;
    for (int c = 0; c < 8; c++) {
        SHOW(clock_gettime(c, &t));
        SHOW(syscall(SYS_clock_gettime, c, &t));
        SHOW(t.tv_nsec >= 0 && t.tv_nsec < 1000000000);
    }
    SHOW(syscall(SYS_clock_gettime, 77, &t));
    SHOW(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, BAD));
    SHOW(syscall(SYS_clock_getres, CLOCK_MONOTONIC, &t));
    SHOW(syscall(SYS_clock_getres, CLOCK_MONOTONIC, NULL));
    SHOW(syscall(SYS_clock_getres, 77, &t));
    SHOW(clock_gettime(CLOCK_REALTIME, &t));
    SHOW(t.tv_sec > 1700000000);
    SHOW(syscall(SYS_time, NULL) - t.tv_sec <= 1);
    struct timeval tv;
    SHOW(syscall(SYS_gettimeofday, &tv, NULL));
    SHOW(tv.tv_sec - t.tv_sec <= 1);
    SHOW(syscall(SYS_gettimeofday, BAD, NULL));
    clock_gettime(CLOCK_MONOTONIC, &t);
    struct timespec nap = { 0, 3000000 };
    SHOW(nanosleep(&nap, NULL));
    clock_gettime(CLOCK_MONOTONIC, &v);
    SHOW((v.tv_sec - t.tv_sec) * 1000000000 + v.tv_nsec - t.tv_nsec >= 3000000);
    nap.tv_nsec = 1000000000;
    SHOW(nanosleep(&nap, NULL));
    nap.tv_nsec = 0; nap.tv_sec = -1;
    SHOW(nanosleep(&nap, NULL));
    SHOW(nanosleep(BAD, NULL));
    SHOW(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL));
    SHOW(syscall(SYS_clock_nanosleep, 77, 0, &t, NULL));
    SHOW(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC_COARSE, 0, &t, NULL));
    struct rusage usage;
    SHOW(getrusage(RUSAGE_SELF, &usage));
    SHOW(getrusage(77, &usage));
    SHOW(getrusage(RUSAGE_SELF, BAD));
    struct rlimit limit;
    SHOW(getrlimit(RLIMIT_STACK, &limit));
    SHOW(limit.rlim_cur);
    SHOW(getrlimit(99, &limit));
    SHOW(getrlimit(RLIMIT_STACK, BAD));
    SHOW(prlimit(99999999, RLIMIT_STACK, NULL, &limit));
    limit.rlim_cur = 10; limit.rlim_max = 5;
    SHOW(setrlimit(RLIMIT_NOFILE, &limit));

    int word = 5;
    struct timespec soon = { 0, 2000000 };
    SHOW(syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL));
    SHOW(syscall(SYS_futex, &word, FUTEX_WAIT, 4, NULL));
    SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 5, &soon));
    SHOW(syscall(SYS_futex, (char *)&word + 1, FUTEX_WAIT, 5, NULL));
    SHOW(syscall(SYS_futex, BAD, FUTEX_WAIT, 5, NULL));
    SHOW(syscall(SYS_futex, &word, FUTEX_WAIT, 5, BAD));
    nap.tv_sec = 0; nap.tv_nsec = -1;
    SHOW(syscall(SYS_futex, &word, FUTEX_WAIT, 5, &nap));
    SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 5, &soon, NULL, 0));
    SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 5, &soon, NULL, 1));
    SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 5, &soon, NULL, 1));
    SHOW(syscall(SYS_set_robust_list, BAD, 5));

    struct sigaction a, old;
    memset(&a, 0, sizeof a);
    a.sa_handler = handler;
    a.sa_flags = SA_RESTART;
    sigaddset(&a.sa_mask, SIGUSR2);
    SHOW(sigaction(SIGUSR1, &a, &old));
    SHOW(old.sa_handler == SIG_DFL);
    SHOW(sigaction(SIGUSR1, NULL, &old));
    SHOW(old.sa_handler == handler);
    SHOW(old.sa_flags & SA_RESTART);
    SHOW(sigismember(&old.sa_mask, SIGUSR2));
    SHOW(sigaction(SIGKILL, &a, NULL));
    SHOW(sigaction(SIGSTOP, &a, NULL));
    SHOW(sigaction(65, &a, NULL));
    SHOW(syscall(SYS_rt_sigaction, 0, NULL, NULL, 8));
    SHOW(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
    SHOW(syscall(SYS_rt_sigaction, SIGUSR1, BAD, NULL, 8));
    unsigned long mask = -1UL, before;
    SHOW(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &before, 8));
    SHOW(before);
    SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &before, 8));
    printf("%lx\n", before);
    mask = 0xff;
    SHOW(syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &mask, NULL, 8));
    SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &before, 8));
    printf("%lx\n", before);
    mask = 0;
    SHOW(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8));
    SHOW(syscall(SYS_rt_sigprocmask, 77, &mask, NULL, 8));
    SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, BAD, NULL, 8));
    SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &mask, BAD, 8));
    SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &mask, NULL, 7));
    SHOW(syscall(SYS_rt_sigpending, &mask, 8));
    SHOW(mask);
    static char stack[16384];
    stack_t s = { .ss_sp = stack, .ss_size = sizeof stack }, os;
    SHOW(sigaltstack(NULL, &os));
    SHOW(os.ss_flags);
    SHOW(sigaltstack(&s, NULL));
    SHOW(sigaltstack(NULL, &os));
    SHOW(os.ss_sp == stack);
    SHOW(os.ss_size);
    s.ss_size = 100;
    SHOW(sigaltstack(&s, NULL));
    s.ss_flags = 99;
    SHOW(sigaltstack(&s, NULL));
    s.ss_flags = SS_DISABLE;
    SHOW(sigaltstack(&s, NULL));
    SHOW(sigaltstack(BAD, NULL));
    SHOW(kill(getpid(), 0));
    SHOW(kill(99999999, 0));
    SHOW(kill(getpid(), 65));
    SHOW(kill(getpid(), SIGURG));
    SHOW(kill(getpid(), SIGWINCH));
    SHOW(syscall(SYS_tgkill, getpid(), getpid(), 0));
    SHOW(syscall(SYS_tgkill, getpid(), 99999999, 0));
    SHOW(syscall(SYS_tgkill, -1, 1, 0));
    SHOW(syscall(SYS_tkill, 0, 0));
    fflush(stdout);
    return 42;
}
