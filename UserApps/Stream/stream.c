// stream [MEBIBYTES] [--no-times]: copy, scale, add and triad after McCalpin, on all cores. Each core works on arrays that it
// touched first, so that they are in its node's memory; the sum of each node's cores is printed.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 10, CORES = 1024, NODES = 64, KERNELS = 4 };

static const struct { const char *name; int arrays; } kernels[KERNELS] = { { "copy", 2 }, { "scale", 2 }, { "add", 3 }, { "triad", 3 } };

struct worker
{
    pthread_t thread;
    int core;
    unsigned node;
    double *a, *b, *c;
    double best[KERNELS];
    double error;
};

static struct worker workers[CORES];
static int count;
static size_t part;
static pthread_barrier_t together;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static double *array(double value)
{
    double *memory = mmap(NULL, part * sizeof(double), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
    {
        perror("stream: no memory for the arrays");
        exit(1);
    }
    for (size_t i = 0; i < part; i++)
        memory[i] = value;
    return memory;
}

static void work(int kernel, double *restrict a, double *restrict b, double *restrict c)
{
    switch (kernel)
    {
    case 0:
        for (size_t i = 0; i < part; i++)
            c[i] = a[i];
        break;
    case 1:
        for (size_t i = 0; i < part; i++)
            b[i] = 3 * c[i];
        break;
    case 2:
        for (size_t i = 0; i < part; i++)
            c[i] = a[i] + b[i];
        break;
    default:
        for (size_t i = 0; i < part; i++)
            a[i] = b[i] + 3 * c[i];
        break;
    }
}

static void *run(void *of)
{
    struct worker *self = of;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(self->core, &set);
    sched_setaffinity(0, sizeof set, &set);
    syscall(SYS_getcpu, NULL, &self->node, NULL);
    self->a = array(1);
    self->b = array(2);
    self->c = array(0);
    for (int kernel = 0; kernel < KERNELS; kernel++)
    {
        self->best[kernel] = 1e9;
        for (int round = 0; round < ROUNDS; round++)
        {
            pthread_barrier_wait(&together);
            double start = now();
            work(kernel, self->a, self->b, self->c);
            double took = now() - start;
            if (took < self->best[kernel])
                self->best[kernel] = took;
        }
    }

    // What ten rounds of each leave: c = a; b = 3 c; c = a + b; a = b + 3 c.
    for (size_t i = 0; i < part; i++)
    {
        double wrong = (self->a[i] - 15) * (self->a[i] - 15) + (self->b[i] - 3) * (self->b[i] - 3) + (self->c[i] - 4) * (self->c[i] - 4);
        if (!(wrong <= self->error))
            self->error = wrong;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int times = 1;
    double mebibytes = 24;
    for (int i = 1; i < argc; i++)
    {
        if (strcmp(argv[i], "--no-times") == 0)
            times = 0;
        else
            mebibytes = atof(argv[i]);
    }

    cpu_set_t usable;
    sched_getaffinity(0, sizeof usable, &usable);
    for (int core = 0; core < CORES && core < CPU_SETSIZE; core++)
    {
        if (CPU_ISSET(core, &usable))
            workers[count++].core = core;
    }

    part = (size_t)(mebibytes * 1024 * 1024 / 3 / sizeof(double) / count);
    pthread_barrier_init(&together, NULL, count);
    for (int i = 0; i < count; i++)
        pthread_create(&workers[i].thread, NULL, run, &workers[i]);
    double error = 0;
    for (int i = 0; i < count; i++)
    {
        pthread_join(workers[i].thread, NULL);
        error += workers[i].error;
    }

    for (int kernel = 0; kernel < KERNELS; kernel++)
    {
        if (!times)
        {
            printf("%s: done\n", kernels[kernel].name);
            continue;
        }
        double sums[NODES] = { 0 };
        for (int i = 0; i < count; i++)
            sums[workers[i].node % NODES] += kernels[kernel].arrays * sizeof(double) * (double)part / workers[i].best[kernel] / 1e9;
        printf("%s:", kernels[kernel].name);
        for (int node = 0; node < NODES; node++)
        {
            if (sums[node] != 0)
                printf(" node %d %.2f GB/s", node, sums[node]);
        }
        printf("\n");
    }
    puts(error == 0 ? "the arrays are right" : "the arrays are wrong");
    return error != 0;
}
