// rseq(2): registration, where the thread runs, and sequences that start anew when they were broken.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct area { uint32_t cpu_start, cpu; uint64_t sequence; uint32_t flags, node, mm; uint32_t pad; } __attribute__((aligned(32)));
extern const ptrdiff_t __rseq_offset;
extern const unsigned __rseq_size;
static __thread struct area area;
static long counters[1024][8];
static long aborts;

static void say(const char *what, long result)
{
    printf("%s %ld\n", what, result);
    fflush(stdout);
}

static long rseq(void *a, unsigned size, int flags, unsigned signature)
{
    long r = syscall(SYS_rseq, a, size, flags, signature);
    return r < 0 ? -errno : r;
}

// The C library registers an area of its own, for each thread that a thread with one makes.
static void drop(void)
{
    if (__rseq_size && rseq((char *)__builtin_thread_pointer() + __rseq_offset, 32, 1, 0x53053053))
        abort();
}

// Adds to the counter of the core without a locked instruction; the long way round makes breaks likely.
static int add(void)
{
    __asm__ goto(
        ".pushsection .rodata\n .balign 32\n 3: .long 0, 0\n .quad 1f, 2f - 1f, 4f\n .popsection\n"
        "lea 3b(%%rip), %%rax\n mov %%rax, 8(%0)\n"
        "1: mov 4(%0), %%ecx\n shl $6, %%rcx\n add %1, %%rcx\n mov (%%rcx), %%rax\n"
        "mov $300, %%edx\n 5: dec %%edx\n jnz 5b\n inc %%rax\n mov %%rax, (%%rcx)\n 2:\n jmp %l[done]\n"
        ".long 0x53053053\n 4: jmp %l[broken]\n"
        : : "r"(&area), "r"(counters) : "rax", "rcx", "rdx", "memory", "cc" : done, broken);
done:
    return 1;
broken:
    return 0;
}

static void *count(void *argument)
{
    long missed = 0;
    if (rseq(&area, 32, 0, 0x53053053))
        abort();
    for (int i = 0; i < 20000; i++)
    {
        while (!add())
            missed++;
    }
    __sync_fetch_and_add(&aborts, missed);
    return 0;
}

// Stays in a sequence until something breaks it.
static void *stay(void *argument)
{
    if (rseq(&area, 32, 0, 0x53053053))
        abort();
    __asm__ goto(
        ".pushsection .rodata\n .balign 32\n 3: .long 0, 0\n .quad 1f, 2f - 1f, 4f\n .popsection\n"
        "lea 3b(%%rip), %%rax\n mov %%rax, 8(%0)\n movl $1, (%1)\n"
        "1: jmp 1b\n 2:\n ud2\n"
        ".long 0x53053053\n 4: jmp %l[broken]\n"
        : : "r"(&area), "r"(argument) : "rax", "memory", "cc" : broken);
broken:
    return 0;
}

// A barrier that breaks sequences, also of a thread that nothing else disturbs.
static void interrupt(void)
{
    volatile int isThere = 0;
    pthread_t thread;
    say("without a registration", syscall(SYS_membarrier, 128, 0, 0));
    say("registration", syscall(SYS_membarrier, 256, 0, 0));
    pthread_create(&thread, 0, stay, (void *)&isThere);
    while (!isThere)
        sched_yield();
    say("barrier", syscall(SYS_membarrier, 128, 0, 0));
    say("barrier for a core", syscall(SYS_membarrier, 128, 1, 0));
    pthread_join(thread, 0);
}

int main(void)
{
    drop();
    say("too small", rseq(&area, 31, 0, 1));
    say("misaligned", rseq((char *)&area + 8, 32, 0, 1));
    say("unknown flag", rseq(&area, 32, 2, 1));
    say("not registered", rseq(&area, 32, 1, 1));
    say("kernel's", rseq((void *)0xffff800000000000, 32, 0, 1));
    say("register", rseq(&area, 32, 0, 7));
    say("knows the core", area.cpu == area.cpu_start && area.cpu == sched_getcpu());
    say("again", rseq(&area, 32, 0, 7));
    say("with another signature", rseq(&area, 32, 0, 8));
    say("elsewhere", rseq(&area + 1, 32, 0, 7));
    say("unregister with another signature", rseq(&area, 32, 1, 8));
    cpu_set_t all, one;
    sched_getaffinity(0, sizeof all, &all);
    for (int core = 0; core < 1024; core++)
    {
        if (!CPU_ISSET(core, &all))
            continue;
        CPU_ZERO(&one);
        CPU_SET(core, &one);
        sched_setaffinity(0, sizeof one, &one);
        if (area.cpu != core)
            say("does not know", core);
    }
    sched_setaffinity(0, sizeof all, &all);
    say("unregister", rseq(&area, 32, 1, 7));
    say("is reset", area.cpu == -1u && area.cpu_start == 0);

    interrupt();
    pthread_t threads[6];
    for (int i = 0; i < 6; i++)
        pthread_create(&threads[i], 0, count, 0);
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], 0);
    long sum = 0;
    for (int i = 0; i < 1024; i++)
        sum += counters[i][0];
    say("sum", sum);
    return 0;
}
