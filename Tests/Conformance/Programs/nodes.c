// NUMA: every error that does not depend on how many nodes there are; with an argument, placement on a machine of so many nodes.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define K 4096L
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
enum { DEFAULT, PREFERRED, BIND, INTERLEAVE, LOCAL, MANY, WEIGHTED };
enum { STATIC = 1 << 15, RELATIVE = 1 << 14, BALANCING = 1 << 13 };
enum { STRICT = 1, MOVE = 2, MOVE_ALL = 4 };

static long call(long number, long a, long b, long c, long d, long e, long f)
{
    long result = syscall(number, a, b, c, d, e, f);
    return result < 0 ? -errno : result;
}
#define mbind(at, length, mode, mask, bits, flags) call(SYS_mbind, (long)(at), length, mode, (long)(mask), bits, flags)
#define set(mode, mask, bits) call(SYS_set_mempolicy, mode, (long)(mask), bits, 0, 0, 0)
#define get(mode, mask, bits, at, flags) call(SYS_get_mempolicy, (long)(mode), (long)(mask), bits, (long)(at), flags, 0)
#define move(pid, count, pages, nodes, status, flags) call(SYS_move_pages, pid, count, (long)(pages), (long)(nodes), (long)(status), flags)
#define migrate(pid, bits, from, to) call(SYS_migrate_pages, pid, bits, (long)(from), (long)(to), 0, 0)
#define home(at, length, node, flags) call(450, (long)(at), length, node, flags, 0, 0)
#define SHOW(x) printf("%d %s: %ld\n", __LINE__, #x, (long)(x))

static unsigned long mask[1024], nodes[1024];
static int mode;
static char *memory;

static unsigned long *only(unsigned long bits) { memset(mask, 0, sizeof mask); mask[0] = bits; return mask; }
static char *fresh(long bytes) { return mmap(0, bytes, RW, ANON, -1, 0); }

static void policy(const char *what, void *at, int flags)
{
    mode = -1, nodes[0] = 77;
    long result = get(&mode, nodes, 1024, at, flags);
    printf("%s: %ld mode %#x nodes %#lx\n", what, result, mode, nodes[0]);
}

static void errors(void)
{
    for (int m = 0; m < 9; m++) {
        SHOW(set(m, only(1), 64));
        policy("set", 0, 0);
        SHOW(set(m, only(0), 64));
        policy("set empty", 0, 0);
        SHOW(set(m | STATIC, only(1), 64));
        policy("set static", 0, 0);
        SHOW(set(m | STATIC, only(0), 64));
        SHOW(set(m | RELATIVE, only(1), 64));
        policy("set relative", 0, 0);
        SHOW(set(m | STATIC | RELATIVE, only(1), 64));
        SHOW(set(m | BALANCING, only(1), 64));
        SHOW(set(m, 0, 0));
        SHOW(mbind(memory, K, m, only(1), 64, 0));
        policy("bound", memory, 2);
        SHOW(mbind(memory, K, m, only(1UL << 40), 64, 0));
        SHOW(mbind(memory, K, m, only(1), 64, STRICT | MOVE));
    }
    SHOW(set(DEFAULT, 0, 0));
    SHOW(set(-1, only(1), 64));
    SHOW(set(BIND, only(1), 0));
    SHOW(set(BIND, only(1), 1));
    SHOW(set(BIND, only(1), 2));
    SHOW(set(BIND, only(1), 32769));
    SHOW(set(BIND, only(1), 32770));
    mask[0] = 1, mask[100] = 1;
    SHOW(set(BIND, mask, 8192));
    SHOW(set(BIND, (void *)8, 64));
    SHOW(set(BIND, 0, 64));
    SHOW(set(DEFAULT, 0, 0));

    SHOW(mbind(memory + 1, K, BIND, only(1), 64, 0));
    SHOW(mbind(memory, K, BIND, only(1), 64, 8));
    SHOW(mbind(memory, 0, BIND, only(0), 64, 0));
    SHOW(mbind(memory, -1L, BIND, only(1), 64, 0));
    SHOW(mbind(memory, -8192L, BIND, only(1), 64, 0));
    SHOW(mbind(0, K, BIND, only(1), 64, 0));
    munmap(memory + 2 * K, K);
    SHOW(mbind(memory, 4 * K, BIND, only(1), 64, 0));
    SHOW(mbind(memory + K, 2 * K, BIND, only(1), 64, MOVE));
    SHOW(mbind(memory + 2 * K, 2 * K, BIND, only(1), 64, STRICT));
    policy("beside a hole", memory, 2);

    SHOW(get(0, 0, 0, 0, 0));
    SHOW(get(&mode, nodes, 0, 0, 0));
    SHOW(get(&mode, nodes, 1024, memory, 0));
    SHOW(get(&mode, nodes, 1024, memory, 8));
    SHOW(get(&mode, nodes, 1024, 0, 1));
    SHOW(get(&mode, nodes, 1024, 0, 2));
    SHOW(get(&mode, nodes, 1024, memory, 4));
    SHOW(get(&mode, nodes, 1024, memory, 6));
    SHOW(get(&mode, nodes, 40000, 0, 0));
    SHOW(get((int *)8, nodes, 1024, 0, 0));
    SHOW(get(&mode, (void *)8, 1024, 0, 0));
    mode = -1;
    SHOW(get(&mode, 0, 0, memory, 3));
    SHOW(mode);
    policy("allowed", 0, 4);
    SHOW(get(&mode, 0, 0, mmap(0, K, PROT_NONE, ANON, -1, 0), 3));

    SHOW(home(memory, K, 0, 1));
    SHOW(home(memory + 1, K, 0, 0));
    SHOW(home(memory, K, 2000, 0));
    SHOW(home(memory, 0, 0, 0));
    SHOW(home(memory, -1L, 0, 0));
    SHOW(home(fresh(K), K, 0, 0));
    SHOW(home(memory, K, 0, 0));
    SHOW(mbind(memory, K, BIND, only(1), 64, 0));
    SHOW(home(memory, K, 0, 0));
    SHOW(mbind(memory, K, MANY, only(1), 64, 0));
    SHOW(home(memory, K, 0, 0));
    SHOW(mbind(memory, K, PREFERRED, only(1), 64, 0));
    SHOW(home(memory, K, 0, 0));

    SHOW(migrate(0, 64, only(1), mask));
    SHOW(migrate(999999, 64, only(1), mask));
    SHOW(migrate(getpid(), 64, only(1), mask));
    SHOW(migrate(0, 64, only(0), mask));
    SHOW(migrate(0, 64, only(1UL << 50), mask));
    SHOW(migrate(0, 64, (void *)8, only(1)));
    SHOW(migrate(0, 64, only(1), (void *)8));
    SHOW(migrate(0, 40000, only(1), mask));

    memory[0] = 1;
    void *pages[] = { memory, memory + 2 * K, memory + 3 * K, memory + 77 };
    int wanted[4] = { 0 }, status[4] = { -1, -1, -1, -1 };
    mprotect(memory + 3 * K, K, PROT_NONE);
    madvise(memory + 3 * K, K, MADV_DONTNEED);
    SHOW(move(0, 4, pages, 0, status, 0));
    for (int i = 0; i < 4; i++) SHOW(status[i]);
    SHOW(move(0, 1, pages, wanted, status, MOVE));
    SHOW(status[0]);
    SHOW(move(getpid(), 2, pages, wanted, status, MOVE));
    SHOW(status[1]);
    SHOW(move(0, 0, pages, wanted, status, MOVE));
    SHOW(move(999999, 1, pages, wanted, status, MOVE));
    SHOW(move(0, 1, pages, wanted, status, 1));
    SHOW(move(0, 1, pages, wanted, status, 8));
    SHOW(move(0, 1, (void *)8, wanted, status, MOVE));
    SHOW(move(0, 1, pages, (void *)8, status, MOVE));
    SHOW(move(0, 1, pages, 0, (void *)8, MOVE));
    wanted[0] = 63;
    SHOW(move(0, 1, pages, wanted, status, MOVE));
    wanted[0] = -1;
    SHOW(move(0, 1, pages, wanted, status, MOVE));
    wanted[0] = 5000;
    SHOW(move(0, 1, pages, wanted, status, MOVE));
}

static int nodeOf(void *at)
{
    int node = -1, status = -1;
    get(&node, 0, 0, at, 3);
    move(0, 1, &at, 0, &status, 0);
    return node == status ? node : -100;
}

static int wrong;

// Pages are on a node; -1: the n-th of them on the n-th node in turn.
static void expect(int line, char *at, int pages, int node, int count)
{
    for (int i = 0; i < pages; i++) {
        int wanted = node < 0 ? i % count : node, found = nodeOf(at + i * K);
        if (found != wanted && wrong++ < 20) printf("line %d: page %d is on node %d, not %d\n", line, i, found, wanted);
    }
}
#define ON(at, pages, node) expect(__LINE__, at, pages, node, 1)
#define CHECK(x) do { if (!(x) && wrong++ < 20) printf("line %d: not %s\n", __LINE__, #x); } while (0)

static char *touched(int count, char *at) { for (int i = 0; i < count; i++) at[i * K] = i + 1; return at; }
static int intact(int count, char *at) { int good = 0; for (int i = 0; i < count; i++) good += at[i * K] == (char)(i + 1); return good == count; }

static void *near(void *argument)
{
    long node = (long)argument;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(node, &set);
    CHECK(sched_setaffinity(0, sizeof set, &set) == 0);
    unsigned core, now;
    syscall(SYS_getcpu, &core, &now, 0);
    CHECK(now == node);
    ON(touched(3, fresh(3 * K)), 3, node);
    return 0;
}

static char *contended;
static volatile int stop;
static long lost;
static void *writer(void *argument)
{
    for (long i = 1; !stop; i++) {
        *(volatile long *)contended = i;
        if (*(volatile long *)contended != i) lost++;
    }
    return 0;
}

// One core for each node.
static void placement(long count)
{
    unsigned long all = (1UL << count) - 1;
    CHECK(get(0, nodes, 1024, 0, 4) == 0 && nodes[0] == all);
    for (long node = 0; node < count; node++) {
        pthread_t thread;
        pthread_create(&thread, 0, near, (void *)node);
        pthread_join(thread, 0);
    }
    for (long node = 0; node < count; node++) {
        set(BIND, only(1UL << node), 64);
        ON(touched(3, fresh(3 * K)), 3, node);
        set(PREFERRED, only(1UL << node), 64);
        ON(touched(3, fresh(3 * K)), 3, node);
        set(DEFAULT, 0, 0);
        char *at = fresh(6 * K);
        mbind(at + K, 3 * K, BIND, only(1UL << node), 64, 0);
        ON(touched(6, at) + K, 3, node);
        CHECK(mbind(at, 6 * K, BIND, only(1UL << node), 64, MOVE | STRICT) == 0);
        ON(at, 6, node);
        CHECK(intact(6, at));

        long bytes = 4 << 20;
        char *large = fresh(bytes);
        mbind(large, bytes, BIND, only(1UL << node), 64, 0);
        ON(touched(bytes / K, large), bytes / K, node);
        CHECK(mbind(large, bytes, BIND, only(1UL << (count - 1 - node)), 64, MOVE) == 0);
        ON(large, bytes / K, count - 1 - node);
        CHECK(intact(bytes / K, large));
        munmap(large, bytes);
    }
    set(INTERLEAVE, only(all), 64);
    char *turns = touched(4 * count, fresh(4 * count * K));
    int on[64] = { 0 };
    for (int i = 0; i < 4 * count; i++) on[nodeOf(turns + i * K)]++;
    for (int i = 0; i < count; i++) CHECK(on[i] == 4);
    set(RELATIVE | BIND, only(1UL << (count + 1)), 64);
    ON(touched(2, fresh(2 * K)), 2, 1);
    CHECK(get(&mode, nodes, 1024, 0, 0) == 0 && mode == (RELATIVE | BIND) && nodes[0] == 1UL << (count + 1));
    set(DEFAULT, 0, 0);

    char *at = touched(4, fresh(4 * K));
    void *pages[4];
    int wanted[4], status[4];
    for (int i = 0; i < 4; i++) pages[i] = at + i * K, wanted[i] = i % count, status[i] = -1;
    CHECK(move(0, 4, pages, wanted, status, MOVE) == 0);
    CHECK(memcmp(wanted, status, sizeof status) == 0);
    expect(__LINE__, at, 4, -1, count);
    CHECK(intact(4, at));
    CHECK(migrate(0, 64, only(all), only(all)) == 0);
    unsigned long first = 1, last = 1UL << (count - 1);
    CHECK(migrate(0, 64, &first, &last) >= 0);
    ON(at, 1, count - 1);
    CHECK(intact(4, at));
    char *strict = touched(1, fresh(K));
    unsigned long here = 1UL << nodeOf(strict);
    CHECK(mbind(strict, K, BIND, only(all & ~here), 64, STRICT) == -EIO);
    CHECK(mbind(strict, K, BIND, only(here), 64, STRICT) == 0);

    // A page moves under the eyes of a thread that writes to it.
    contended = touched(1, fresh(K));
    pthread_t thread;
    pthread_create(&thread, 0, writer, 0);
    void *page = contended;
    for (int i = 0; i < 200; i++) {
        int to = i % count, now = -1;
        CHECK(move(0, 1, &page, &to, &now, MOVE) == 0 && now == to);
    }
    stop = 1;
    pthread_join(thread, 0);
    CHECK(lost == 0);
    puts(wrong ? "something is elsewhere" : "all as asked");
}

int main(int count, char **arguments)
{
    memory = fresh(4 * K);
    if (count > 1) placement(atol(arguments[1]));
    else errors();
    return 0;
}
