/* AzaleaOS for C and C++: the calls of the kernel that Linux has none for.
   Each is a plain call of the kernel, which only a program that was linked by azalea cc can make; that links libazalea.a.
   A negative result is an error number of errno.h with its sign changed; errno itself is not set. */

#ifndef AZALEA_H
#define AZALEA_H

#ifdef __cplusplus
extern "C" {
#endif

/* A semaphore: 32 bits of memory, aligned. Zeros are no semaphore. */
typedef struct { unsigned word; } azalea_sem_t;

/* The largest value of a semaphore; a time without limit, in milliseconds; azalea_get_ticks in a second; the highest priority. */
#define AZALEA_SEM_LARGEST 0x7fffffffu
#define AZALEA_FOREVER 0xffffffffu
#define AZALEA_TICKS_PER_SECOND 100
#define AZALEA_HIGHEST_PRIORITY 99

/* Makes memory a semaphore of a value. 0; -EINVAL: too large; -EBUSY: threads wait for one there. */
long azalea_sem_init(azalea_sem_t *semaphore, unsigned value);

/* Makes it none. 0; -EBUSY: threads wait for it; -EINVAL, from all that follow too: it is none. */
long azalea_sem_destroy(azalea_sem_t *semaphore);

/* Takes one, and waits for it. 0. */
long azalea_sem_wait(azalea_sem_t *semaphore);

/* Gives one: to a thread that waits, or to the next that comes. 0; -EOVERFLOW. A signal handler may call it. */
long azalea_sem_post(azalea_sem_t *semaphore);

/* Takes one, and waits for it no longer than a time; 0 does not wait. 0; -ETIMEDOUT. */
long azalea_sem_timedwait(azalea_sem_t *semaphore, unsigned milliseconds);

/* The same, and a signal handler that runs meanwhile ends it. 0; -ETIMEDOUT; -EINTR. */
long azalea_sem_cancelablewait(azalea_sem_t *semaphore, unsigned milliseconds);

/* The ticks since the kernel was entered. */
long azalea_get_ticks(void);

/* Sleeps. 0; -EINTR: a signal handler has run. */
long azalea_msleep(unsigned milliseconds);

/* The priority of a thread, by its gettid(), or of the caller by 0: 0 to AZALEA_HIGHEST_PRIORITY. -ESRCH; -EINVAL. */
long azalea_getprio(int thread);

/* Sets it. 0; -ESRCH; -EINVAL. */
long azalea_setprio(int thread, int priority);

/* Lets another thread of this core run. 0. */
long azalea_yield(void);

/* getpid(2) and gettid(2). */
long azalea_getpid(void);
long azalea_gettid(void);

/* Any system call, by number: a result or an error number with its sign changed. Not those that return twice or not to their
   caller: clone, clone3, fork, vfork, rt_sigreturn. */
long azalea_syscall(long number, long a, long b, long c, long d, long e, long f);

/* The names of the paper, for programs that do not include semaphore.h, unistd.h and sched.h. */
#ifdef AZALEA_PLAIN_NAMES
#define sem_init azalea_sem_init
#define sem_destroy azalea_sem_destroy
#define sem_wait azalea_sem_wait
#define sem_post azalea_sem_post
#define sem_timedwait azalea_sem_timedwait
#define sem_cancelablewait azalea_sem_cancelablewait
#define get_ticks azalea_get_ticks
#define msleep azalea_msleep
#define getprio azalea_getprio
#define setprio azalea_setprio
#define yield azalea_yield
#endif

#ifdef __cplusplus
}
#endif

#endif
