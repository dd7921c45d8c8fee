// Every call of azalea.h, with what it gives when all is well and when it is not.
#include <azalea.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static azalea_sem_t there, back;
static volatile int handled;

static void say(const char *what, long result)
{
    printf("%s %s\n", what, result < 0 ? strerror((int)-result) : result == 0 ? "0" : "more");
    fflush(stdout);
}

static void on_signal(int number)
{
    handled = number;
}

static void *partner(void *unused)
{
    (void)unused;
    for (int i = 0; i < 1000; i++)
    {
        azalea_sem_wait(&there);
        azalea_sem_post(&back);
    }

    return 0;
}

static void *waiter(void *unused)
{
    return (void *)azalea_sem_cancelablewait(&there, AZALEA_FOREVER);
}

int main(void)
{
    azalea_sem_t none = { 0 };
    say("destroy none", azalea_sem_destroy(&none));
    say("wait for none", azalea_sem_wait(&none));
    say("post none", azalea_sem_post(&none));
    say("init too large", azalea_sem_init(&none, AZALEA_SEM_LARGEST + 1));
    say("init nowhere", azalea_sem_init((azalea_sem_t *)64, 1));

    say("init", azalea_sem_init(&there, 1));
    say("take", azalea_sem_timedwait(&there, 0));
    say("take from none", azalea_sem_timedwait(&there, 0));
    long before = azalea_get_ticks();
    say("wait in vain", azalea_sem_timedwait(&there, 100));
    long waited = azalea_get_ticks() - before;
    printf("waited for %s\n", waited >= 9 ? "100 ms" : "less");
    say("cancelable in vain", azalea_sem_cancelablewait(&there, 1));

    say("init back", azalea_sem_init(&back, 0));
    pthread_t thread;
    pthread_create(&thread, 0, partner, 0);
    long failed = 0;
    for (int i = 0; i < 1000; i++)
        failed |= azalea_sem_post(&there) | azalea_sem_wait(&back);
    pthread_join(thread, 0);
    say("there and back", failed);

    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    sigaction(SIGUSR1, &action, 0);
    pthread_create(&thread, 0, waiter, 0);
    azalea_msleep(50);
    say("destroy while one waits", azalea_sem_destroy(&there));
    void *result;
    do
    {
        pthread_kill(thread, SIGUSR1);
        azalea_msleep(10);
    }
    while (!handled);
    pthread_join(thread, &result);
    say("cancelled", (long)result);
    say("destroy", azalea_sem_destroy(&there));

    say("priority", azalea_getprio(0));
    say("set", azalea_setprio(0, AZALEA_HIGHEST_PRIORITY));
    printf("priority %ld\n", azalea_getprio((int)azalea_gettid()));
    say("set too high", azalea_setprio(0, AZALEA_HIGHEST_PRIORITY + 1));
    say("set back", azalea_setprio(0, 0));
    say("priority of nobody", azalea_getprio(9999));
    say("yield", azalea_yield());
    say("sleep", azalea_msleep(1));

    printf("itself %d\n", azalea_getpid() == getpid() && azalea_gettid() == syscall(SYS_gettid) && azalea_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0) == getpid());
    say("no such call", azalea_syscall(0x1fff, 0, 0, 0, 0, 0, 0));
    const char text[] = "written by number\n";
    say("write", azalea_syscall(SYS_write, 1, (long)text, sizeof text - 1, 0, 0, 0));
    return 0;
}
