// Timers that send signals: errors, settings, expiries and what they miss.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void say(const char *what, long result) { printf("%s = %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerrorname_np(errno) : ""); }
#define SAY(call) do { errno = 0; say(#call, (long)(call)); } while (0)
#define MS 1000000

static volatile int count[65];
static volatile siginfo_t last;
static void handler(int number, siginfo_t *info, void *context) { count[number]++; last = *info; }

static long elapsed(int clock)
{
    static struct timespec start[4];
    struct timespec now;
    clock_gettime(clock, &now);
    long result = (now.tv_sec - start[clock].tv_sec) * 1000 + (now.tv_nsec - start[clock].tv_nsec) / MS;
    start[clock] = now;
    return result;
}

static void nap(int ms) { struct timespec t = { ms / 1000, ms % 1000 * MS }; while (nanosleep(&t, &t)); }
static const char *about(long ms, long wanted) { return ms >= wanted && ms < wanted + 2000 ? "in time" : "out of time"; }

static void posix(int clock)
{
    timer_t timer;
    sigset_t one, old;
    struct itimerspec setting = { { 0, 0 }, { 0, 20 * MS } }, got;
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 1234 };
    printf("clock %d: create %d\n", clock, timer_create(clock, &event, &timer));
    count[SIGRTMIN] = 0;
    elapsed(CLOCK_MONOTONIC);
    SAY(timer_settime(timer, 0, &setting, 0));
    timer_gettime(timer, &got);
    printf("left %d interval %ld\n", got.it_value.tv_sec == 0 && got.it_value.tv_nsec > 0 && got.it_value.tv_nsec <= 20 * MS, got.it_interval.tv_nsec);
    while (!count[SIGRTMIN]) ;
    printf("fired %s code %d value %d overrun %d\n", about(elapsed(CLOCK_MONOTONIC), 20), last.si_code, last.si_value.sival_int, last.si_overrun);
    timer_gettime(timer, &got);
    printf("left %ld %ld\n", (long)got.it_value.tv_sec, got.it_value.tv_nsec);

    // Absolute, in the past: at once.
    setting = (struct itimerspec){ { 0, 0 }, { 0, 1 } };
    SAY(timer_settime(timer, TIMER_ABSTIME, &setting, &got));
    while (count[SIGRTMIN] < 2) ;
    printf("fired again\n");

    // Held back, a periodic timer counts what it misses.
    sigemptyset(&one);
    sigaddset(&one, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &one, &old);
    setting = (struct itimerspec){ { 0, 10 * MS }, { 0, 10 * MS } };
    timer_settime(timer, 0, &setting, 0);
    elapsed(CLOCK_MONOTONIC);
    if (clock < 2 || clock == 7) nap(105);
    else { struct timespec begin, now; clock_gettime(clock, &begin); do clock_gettime(clock, &now); while ((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / MS < 105); }
    siginfo_t info;
    int number = sigwaitinfo(&one, &info);
    printf("held back: signal %d overrun %s same as asked for %d\n", number - SIGRTMIN, info.si_overrun >= 8 ? "many" : "few", info.si_overrun == timer_getoverrun(timer));
    setting.it_value.tv_nsec = 0;
    SAY(timer_settime(timer, 0, &setting, &got));
    printf("interval was %ld\n", got.it_interval.tv_nsec);
    struct timespec none = { 0, 0 };
    setting = (struct itimerspec){ { 0, 0 }, { 0, MS } };
    timer_settime(timer, 0, &setting, 0);
    nap(30);
    if (clock < 2 || clock == 7)
    {
        SAY(timer_delete(timer));
        SAY(sigtimedwait(&one, &info, &none));
    }
    else SAY(timer_delete(timer));
    SAY(timer_delete(timer));
    sigprocmask(SIG_SETMASK, &old, 0);
}

int main(void)
{
    setvbuf(stdout, 0, _IONBF, 0);
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART };
    int numbers[] = { SIGALRM, SIGVTALRM, SIGPROF, SIGRTMIN };
    for (int i = 0; i < 4; i++) sigaction(numbers[i], &action, 0);

    struct itimerval value = { { 0, 0 }, { 0, 20000 } }, old;
    SAY(setitimer(3, &value, 0));
    SAY(setitimer(-1, &value, 0));
    SAY(syscall(SYS_setitimer, 0, 8, 0));
    SAY(syscall(SYS_getitimer, 0, 8));
    SAY(getitimer(3, &old));
    value.it_value.tv_usec = 1000000;
    SAY(setitimer(0, &value, 0));
    value.it_value.tv_usec = -1;
    SAY(setitimer(0, &value, 0));
    value = (struct itimerval){ { 0, 10000 }, { 0, 20000 } };
    int signals[] = { SIGALRM, SIGVTALRM, SIGPROF };
    for (int which = 0; which < 3; which++)
    {
        SAY(setitimer(which, &value, &old));
        printf("before %ld %ld\n", (long)old.it_value.tv_usec, (long)old.it_interval.tv_usec);
        while (count[signals[which]] < 3) ;
        printf("code %d\n", last.si_code);
        getitimer(which, &old);
        printf("interval %ld left %d\n", (long)old.it_interval.tv_usec, old.it_value.tv_usec > 0 && old.it_value.tv_usec <= 20000);
        struct itimerval zero = { 0 };
        SAY(setitimer(which, &zero, 0));
        SAY(getitimer(which, &old));
        printf("after %ld\n", (long)old.it_value.tv_usec);
    }

    SAY(alarm(100));
    SAY(alarm(0));
    SAY(alarm(0));
    count[SIGALRM] = 0;
    elapsed(CLOCK_MONOTONIC);
    SAY(alarm(1));
    pause();
    printf("alarm %d %s\n", count[SIGALRM], about(elapsed(CLOCK_MONOTONIC), 1000));

    int clocks[] = { 0, 1, 7, 2, 3 };
    for (int i = 0; i < 5; i++) posix(clocks[i]);

    int id;
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = 0 };
    SAY(syscall(SYS_timer_create, 1, &event, &id));
    event.sigev_signo = 65;
    SAY(syscall(SYS_timer_create, 1, &event, &id));
    event.sigev_signo = SIGRTMIN; event.sigev_notify = 3;
    SAY(syscall(SYS_timer_create, 1, &event, &id));
    event.sigev_notify = SIGEV_THREAD_ID; event._sigev_un._tid = 0x7ffffff0;
    SAY(syscall(SYS_timer_create, 1, &event, &id));
    SAY(syscall(SYS_timer_create, 1, 8, &id));
    SAY(syscall(SYS_timer_create, 1, 0, 8));
    for (int clock = 4; clock < 13; clock++) if (clock != 7 && clock != 8 && clock != 9 && clock < 11) { printf("%d: ", clock); SAY(syscall(SYS_timer_create, clock, 0, &id)); }
    SAY(syscall(SYS_timer_create, 100, 0, &id));
    SAY(syscall(SYS_timer_gettime, 5000, &event));
    SAY(syscall(SYS_timer_settime, 5000, 0, 0, 0));
    struct itimerspec setting = { { 0, 0 }, { 0, 1000000000 } };
    SAY(syscall(SYS_timer_settime, 5000, 0, &setting, 0));
    setting.it_value.tv_nsec = 5;
    SAY(syscall(SYS_timer_settime, 5000, 0, &setting, 0));
    SAY(syscall(SYS_timer_getoverrun, 5000));
    SAY(syscall(SYS_timer_delete, 5000));

    // No event: SIGALRM with the timer's number.
    SAY(syscall(SYS_timer_create, 1, 0, &id));
    count[SIGALRM] = 0;
    SAY(syscall(SYS_timer_settime, id, 0, &setting, 0));
    while (!count[SIGALRM]) ;
    printf("default: code %d, value is the number %d\n", last.si_code, last.si_value.sival_int == id && last.si_timerid == id);
    SAY(syscall(SYS_timer_delete, id));

    // One that says nothing.
    event = (struct sigevent){ .sigev_notify = SIGEV_NONE };
    SAY(syscall(SYS_timer_create, 1, &event, &id));
    setting = (struct itimerspec){ { 0, 0 }, { 0, 5 * MS } };
    SAY(syscall(SYS_timer_settime, id, 0, &setting, 0));
    nap(20);
    SAY(syscall(SYS_timer_gettime, id, &setting));
    printf("left %ld\n", setting.it_value.tv_nsec);
    SAY(syscall(SYS_timer_delete, id));

    // Ignored, a periodic timer goes on.
    signal(SIGRTMIN, SIG_IGN);
    event = (struct sigevent){ .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
    SAY(syscall(SYS_timer_create, 1, &event, &id));
    setting = (struct itimerspec){ { 0, 5 * MS }, { 0, 5 * MS } };
    SAY(syscall(SYS_timer_settime, id, 0, &setting, 0));
    nap(30);
    count[SIGRTMIN] = 0;
    sigaction(SIGRTMIN, &action, 0);
    nap(30);
    printf("after being ignored: %d\n", count[SIGRTMIN] > 0);
    SAY(syscall(SYS_timer_delete, id));
    return 0;
}
