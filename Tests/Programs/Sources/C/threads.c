// POSIX threads, all of them: each part prints one line that is the same on every system and number of cores.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CHECK(call) do { int r_ = (call); if (r_) { printf("%s: %s\n", #call, strerror(r_)); exit(1); } } while (0)
#define MANY 64

static void *check_join(pthread_t t) { void *r; CHECK(pthread_join(t, &r)); return r; }

// Mutexes of each kind, more threads than cores.
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long counter;
static void *add(void *m)
{
    for (int i = 0; i < 2000; i++) {
        CHECK(pthread_mutex_lock(m));
        counter++;
        if (i % 64 == 0) sched_yield();
        CHECK(pthread_mutex_unlock(m));
    }
    return (void *)7;
}

static void mutexes(void)
{
    int kinds[] = { PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK };
    for (int k = 0; k < 3; k++) {
        pthread_mutexattr_t a;
        pthread_mutex_t m;
        CHECK(pthread_mutexattr_init(&a));
        CHECK(pthread_mutexattr_settype(&a, kinds[k]));
        CHECK(pthread_mutex_init(&m, &a));
        pthread_t t[MANY];
        counter = 0;
        for (int i = 0; i < MANY; i++) CHECK(pthread_create(&t[i], NULL, add, &m));
        long results = 0;
        for (int i = 0; i < MANY; i++) results += (long)check_join(t[i]);
        printf("mutex %d: %ld %ld\n", k, counter, results);
        CHECK(pthread_mutex_destroy(&m));
    }
    pthread_mutexattr_t a;
    pthread_mutex_t m;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&m, &a);
    int stranger = pthread_mutex_unlock(&m), first = pthread_mutex_lock(&m), second = pthread_mutex_lock(&m);
    printf("errorcheck %d %d %d\n", stranger == EPERM, first, second == EDEADLK);
    struct timespec soon;
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 5000000;
    if (soon.tv_nsec >= 1000000000) { soon.tv_sec++; soon.tv_nsec -= 1000000000; }
    pthread_mutex_lock(&mutex);
    int timed = pthread_mutex_timedlock(&mutex, &soon);
    printf("timed %d try %d\n", timed == ETIMEDOUT, pthread_mutex_trylock(&mutex) == EBUSY);
    pthread_mutex_unlock(&mutex);
}

// A bounded queue: every item arrives once.
static struct { pthread_mutex_t m; pthread_cond_t room, data; int items[8], head, count; } queue =
    { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, { 0 }, 0, 0 };
static void put(int item)
{
    pthread_mutex_lock(&queue.m);
    while (queue.count == 8) pthread_cond_wait(&queue.room, &queue.m);
    queue.items[(queue.head + queue.count++) % 8] = item;
    pthread_cond_signal(&queue.data);
    pthread_mutex_unlock(&queue.m);
}

static int take(void)
{
    pthread_mutex_lock(&queue.m);
    while (queue.count == 0) pthread_cond_wait(&queue.data, &queue.m);
    int item = queue.items[queue.head];
    queue.head = (queue.head + 1) % 8;
    queue.count--;
    pthread_cond_signal(&queue.room);
    pthread_mutex_unlock(&queue.m);
    return item;
}

static void *producer(void *n) { for (int i = 0; i < 1000; i++) put((int)(intptr_t)n * 1000 + i); return NULL; }
static void *consumer(void *n) { long sum = 0; (void)n; for (int i; (i = take()) >= 0;) sum += i; return (void *)sum; }
static void conditions(void)
{
    pthread_t p[4], c[4];
    for (intptr_t i = 0; i < 4; i++) {
        CHECK(pthread_create(&p[i], NULL, producer, (void *)i));
        CHECK(pthread_create(&c[i], NULL, consumer, NULL));
    }
    for (int i = 0; i < 4; i++) check_join(p[i]);
    for (int i = 0; i < 4; i++) put(-1);
    long sum = 0;
    for (int i = 0; i < 4; i++) sum += (long)check_join(c[i]);
    printf("queue %ld\n", sum);

    pthread_condattr_t a;
    pthread_cond_t never;
    pthread_condattr_init(&a);
    CHECK(pthread_condattr_setclock(&a, CLOCK_MONOTONIC));
    CHECK(pthread_cond_init(&never, &a));
    struct timespec start, now, until;
    clock_gettime(CLOCK_MONOTONIC, &start);
    until = start;
    until.tv_nsec += 20000000;
    if (until.tv_nsec >= 1000000000) { until.tv_sec++; until.tv_nsec -= 1000000000; }
    pthread_mutex_lock(&mutex);
    int r;
    do r = pthread_cond_timedwait(&never, &mutex, &until); while (r == 0);
    pthread_mutex_unlock(&mutex);
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("timeout %d early %d\n", r == ETIMEDOUT, now.tv_sec < until.tv_sec || (now.tv_sec == until.tv_sec && now.tv_nsec < until.tv_nsec));
}

// Broadcast: all sleepers wake, none twice.
static int go, awake;
static pthread_cond_t start_line = PTHREAD_COND_INITIALIZER, finish_line = PTHREAD_COND_INITIALIZER;
static void *runner(void *n)
{
    (void)n;
    for (int round = 1; round <= 10; round++) {
        pthread_mutex_lock(&mutex);
        while (go < round) pthread_cond_wait(&start_line, &mutex);
        awake++;
        pthread_cond_signal(&finish_line);
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void broadcast(void)
{
    pthread_t t[32];
    for (int i = 0; i < 32; i++) CHECK(pthread_create(&t[i], NULL, runner, NULL));
    for (int round = 1; round <= 10; round++) {
        pthread_mutex_lock(&mutex);
        go = round;
        pthread_cond_broadcast(&start_line);
        while (awake < 32 * round) pthread_cond_wait(&finish_line, &mutex);
        pthread_mutex_unlock(&mutex);
    }
    for (int i = 0; i < 32; i++) check_join(t[i]);
    printf("broadcast %d\n", awake);
}

// Readers see either all of a write or nothing.
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static int pair[2], torn;
static void *reader(void *n) { (void)n; for (int i = 0; i < 500; i++) { pthread_rwlock_rdlock(&rwlock); if (pair[0] != pair[1]) torn++; pthread_rwlock_unlock(&rwlock); } return NULL; }
static void *writer(void *n) { (void)n; for (int i = 0; i < 500; i++) { pthread_rwlock_wrlock(&rwlock); pair[0]++; sched_yield(); pair[1]++; pthread_rwlock_unlock(&rwlock); } return NULL; }
static void rwlocks(void)
{
    pthread_t t[12];
    for (int i = 0; i < 12; i++) CHECK(pthread_create(&t[i], NULL, i % 3 ? reader : writer, NULL));
    for (int i = 0; i < 12; i++) check_join(t[i]);
    CHECK(pthread_rwlock_wrlock(&rwlock));
    printf("rwlock %d %d torn %d try %d\n", pair[0], pair[1], torn, pthread_rwlock_tryrdlock(&rwlock) == EBUSY);
    pthread_rwlock_unlock(&rwlock);
}

static pthread_barrier_t barrier;
static int phase_sum[20], wrong;
static void *meets(void *n)
{
    (void)n;
    long serial = 0;
    for (int i = 0; i < 20; i++) {
        __atomic_add_fetch(&phase_sum[i], 1, __ATOMIC_SEQ_CST);
        if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) serial++;
        if (__atomic_load_n(&phase_sum[i], __ATOMIC_SEQ_CST) != 16) wrong = 1;
    }
    return (void *)serial;
}

static void barriers(void)
{
    pthread_t t[16];
    CHECK(pthread_barrier_init(&barrier, NULL, 16));
    for (int i = 0; i < 16; i++) CHECK(pthread_create(&t[i], NULL, meets, NULL));
    long serial = 0;
    for (int i = 0; i < 16; i++) serial += (long)check_join(t[i]);
    printf("barrier serial %ld wrong %d\n", serial, wrong);
}

static sem_t ping, pong;
static void *answers(void *n) { (void)n; for (int i = 0; i < 5000; i++) { sem_wait(&ping); sem_post(&pong); } return NULL; }
static void semaphores(void)
{
    pthread_t t;
    sem_init(&ping, 0, 0);
    sem_init(&pong, 0, 0);
    CHECK(pthread_create(&t, NULL, answers, NULL));
    for (int i = 0; i < 5000; i++) { sem_post(&ping); sem_wait(&pong); }
    check_join(t);
    int v;
    sem_getvalue(&pong, &v);
    struct timespec past = { 1, 0 };
    int timed = sem_timedwait(&pong, &past) == -1 && errno == ETIMEDOUT;
    printf("semaphore %d trywait %d timed %d\n", v, sem_trywait(&pong) == -1 && errno == EAGAIN, timed);
}

static __thread int tls_zero;
static __thread long tls_value = 123456789;
static __thread char tls_block[3000];
static pthread_key_t key;
static int destroyed;
static void destroy(void *v) { __atomic_add_fetch(&destroyed, (int)(intptr_t)v, __ATOMIC_SEQ_CST); }
static void *local(void *n)
{
    long ok = tls_zero == 0 && tls_value == 123456789 && tls_block[2999] == 0;
    pthread_setspecific(key, n);
    for (int i = 0; i < 100; i++) { tls_value += (long)n; tls_zero++; tls_block[i * 29] = (char)(long)n; if (i % 10 == 0) sched_yield(); }
    ok = ok && tls_value == 123456789 + 100 * (long)n && tls_zero == 100 && pthread_getspecific(key) == n;
    return (void *)ok;
}

static void tls(void)
{
    pthread_t t[MANY];
    CHECK(pthread_key_create(&key, destroy));
    for (intptr_t i = 0; i < MANY; i++) CHECK(pthread_create(&t[i], NULL, local, (void *)(i + 1)));
    long ok = 0;
    for (int i = 0; i < MANY; i++) ok += (long)check_join(t[i]);
    printf("tls %ld destroyed %d\n", ok, destroyed);
}

// Cancelled asleep, waiting, spinning, protected from it, and in a system call.
static int cleaned;
static volatile int ready, allowed;
static void cleanup(void *n) { cleaned += (int)(intptr_t)n; }
static void *sleeps(void *n)
{
    pthread_cleanup_push(cleanup, n);
    ready = 1;
    struct timespec long_time = { 1000, 0 };
    for (;;) nanosleep(&long_time, NULL);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *waits(void *n)
{
    pthread_cond_t c = PTHREAD_COND_INITIALIZER;
    pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&m);
    pthread_cleanup_push(cleanup, n);
    ready = 1;
    for (;;) pthread_cond_wait(&c, &m);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *spins(void *n)
{
    pthread_cleanup_push(cleanup, n);
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    for (;;) ready = 1;
    pthread_cleanup_pop(0);
    return NULL;
}

static void *protects(void *n)
{
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    pthread_cleanup_push(cleanup, n);
    ready = 1;
    while (!allowed) usleep(1000);
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    pthread_testcancel();
    pthread_cleanup_pop(0);
    return NULL;
}

static int ends[2];
static void *reads(void *n)
{
    char c;
    pthread_cleanup_push(cleanup, n);
    ready = 1;
    if (read(ends[0], &c, 1)) {}
    pthread_cleanup_pop(0);
    return NULL;
}

static void cancellation(void)
{
    static const struct { const char *name; void *(*body)(void *); int number; } ways[] =
        { { "sleep", sleeps, 1 }, { "wait", waits, 10 }, { "spin", spins, 100 }, { "protected", protects, 1000 }, { "read", reads, 10000 } };
    if (pipe(ends)) exit(1);
    for (int i = 0; i < 5; i++) {
        pthread_t t;
        ready = 0;
        CHECK(pthread_create(&t, NULL, ways[i].body, (void *)(intptr_t)ways[i].number));
        while (!ready) sched_yield();
        usleep(2000);
        CHECK(pthread_cancel(t));
        allowed = 1;
        int cancelled = check_join(t) == PTHREAD_CANCELED;
        printf("cancel %s: %d %d\n", ways[i].name, cancelled, cleaned);
    }
}

static pthread_mutex_t robust;
static void *dies(void *n) { (void)n; pthread_mutex_lock(&robust); return NULL; }
static void robustness(void)
{
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    CHECK(pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST));
    CHECK(pthread_mutex_init(&robust, &a));
    pthread_t t;
    for (int i = 0; i < 3; i++) {
        CHECK(pthread_create(&t, NULL, dies, NULL));
        check_join(t);
        printf("robust %d", pthread_mutex_lock(&robust) == EOWNERDEAD);
        if (i < 2) CHECK(pthread_mutex_consistent(&robust));
        pthread_mutex_unlock(&robust);
        printf(" then %d\n", i < 2 ? 0 : pthread_mutex_lock(&robust) == ENOTRECOVERABLE);
    }
}

static void inheritance(void)
{
    pthread_mutexattr_t a;
    pthread_mutex_t m;
    pthread_mutexattr_init(&a);
    CHECK(pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT));
    CHECK(pthread_mutex_init(&m, &a));
    pthread_t t[16];
    counter = 0;
    for (int i = 0; i < 16; i++) CHECK(pthread_create(&t[i], NULL, add, &m));
    for (int i = 0; i < 16; i++) check_join(t[i]);
    printf("inherit %ld\n", counter);
}

static sem_t gone;
static void *detached(void *n) { (void)n; sem_post(&gone); return NULL; }
static void detaching(void)
{
    pthread_attr_t a;
    pthread_attr_init(&a);
    pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&a, 65536);
    sem_init(&gone, 0, 0);
    pthread_t t;
    for (int i = 0; i < 300; i++) {
        // A detached thread's memory comes back a little later than its last word.
        while (pthread_create(&t, &a, detached, NULL) == EAGAIN) sched_yield();
        if (i % 32 == 31) for (int k = 0; k < 32; k++) sem_wait(&gone);
    }
    for (int k = 0; k < 300 % 32; k++) sem_wait(&gone);
    int v;
    sem_getvalue(&gone, &v);
    printf("detached %d\n", v);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int initialized;
static void init(void) { usleep(1000); initialized++; }
static void *uses_once(void *n) { (void)n; pthread_once(&once, init); return (void *)(long)initialized; }
static void *nothing(void *n) { return n; }
static void lifecycle(void)
{
    pthread_t t[MANY];
    for (int i = 0; i < MANY; i++) CHECK(pthread_create(&t[i], NULL, uses_once, NULL));
    long sum = 0;
    for (int i = 0; i < MANY; i++) sum += (long)check_join(t[i]);
    printf("once %ld\n", sum);
    sum = 0;
    for (long i = 0; i < 1000; i++) { CHECK(pthread_create(&t[0], NULL, nothing, (void *)i)); sum += (long)check_join(t[0]); }
    printf("created %ld\n", sum);
    pthread_attr_t a;
    void *stack; size_t size;
    CHECK(pthread_getattr_np(pthread_self(), &a));
    CHECK(pthread_attr_getstack(&a, &stack, &size));
    char here;
    printf("stack %d\n", &here >= (char *)stack && &here < (char *)stack + size);
    printf("self %d %d\n", pthread_equal(pthread_self(), pthread_self()), pthread_kill(pthread_self(), 0));
}

// Signals for one thread, and one for whoever takes it.
static volatile sig_atomic_t got;
static pthread_t target;
static sem_t arrived;
static void on_signal(int n) { (void)n; if (pthread_equal(pthread_self(), target)) got++; sem_post(&arrived); }
static volatile int spin_on;
static void *busy(void *n) { long turns = 0; (void)n; while (!spin_on) turns++; return NULL; }
static void *takes(void *n) { sigset_t *s = n; int which = 0; sigwait(s, &which); return (void *)(long)(which == SIGUSR2); }
static void signals(void)
{
    struct sigaction act = { .sa_handler = on_signal };
    sigaction(SIGUSR1, &act, NULL);
    sem_init(&arrived, 0, 0);
    CHECK(pthread_create(&target, NULL, busy, NULL));
    for (int i = 0; i < 200; i++) {
        CHECK(pthread_kill(target, SIGUSR1));
        while (sem_wait(&arrived)) {}
    }
    spin_on = 1;
    check_join(target);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    CHECK(pthread_sigmask(SIG_BLOCK, &set, NULL));
    pthread_t t;
    CHECK(pthread_create(&t, NULL, takes, &set));
    kill(getpid(), SIGUSR2);
    long waited = (long)check_join(t);
    printf("signals %d sigwait %ld\n", (int)got, waited);
}

int main(int argc, char **argv)
{
    static const struct { const char *name; void (*run)(void); } parts[] = {
        { "mutexes", mutexes }, { "conditions", conditions }, { "broadcast", broadcast }, { "rwlocks", rwlocks },
        { "barriers", barriers }, { "semaphores", semaphores }, { "tls", tls }, { "lifecycle", lifecycle },
        { "detaching", detaching }, { "robustness", robustness }, { "inheritance", inheritance },
        { "cancellation", cancellation }, { "signals", signals },
    };
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++)
        if (argc < 2 || !strcmp(argv[1], parts[i].name)) parts[i].run();
    return 17;
}
