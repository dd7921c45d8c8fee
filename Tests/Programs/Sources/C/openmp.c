// Loops of a parallel computer's day: vector sums as in STREAM, pseudo-random deviates as in EP, tasks, locks, reductions.
// Every result is an integer or exact in binary, so that the order of the threads cannot show.
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define N 200000
static double a[N], b[N], c[N];

static void stream(void)
{
    const double scalar = 3.0;
#pragma omp parallel for
    for (int i = 0; i < N; i++) { a[i] = 1.0; b[i] = 2.0; c[i] = 0.0; }
    for (int round = 0; round < 5; round++) {
#pragma omp parallel for
        for (int i = 0; i < N; i++) c[i] = a[i];
#pragma omp parallel for schedule(dynamic, 1000)
        for (int i = 0; i < N; i++) b[i] = scalar * c[i];
#pragma omp parallel for schedule(guided)
        for (int i = 0; i < N; i++) c[i] = a[i] + b[i];
#pragma omp parallel for schedule(static, 7)
        for (int i = 0; i < N; i++) a[i] = b[i] + scalar * c[i];
    }
    double sum_a = 0, sum_b = 0, sum_c = 0;
#pragma omp parallel for reduction(+ : sum_a, sum_b, sum_c)
    for (int i = 0; i < N; i++) { sum_a += a[i]; sum_b += b[i]; sum_c += c[i]; }
    printf("stream %.0f %.0f %.0f\n", sum_a, sum_b, sum_c);
}

// The generator of the NAS benchmarks: x' = 5^13 x mod 2^46. Each block starts where it would be after all before it.
static const uint64_t multiplier = 1220703125, mask = (UINT64_C(1) << 46) - 1;
static uint64_t times(uint64_t x, uint64_t y) { return (uint64_t)((unsigned __int128)x * y & mask); }
static uint64_t power(uint64_t x, uint64_t n) { uint64_t r = 1; for (; n; n >>= 1, x = times(x, x)) if (n & 1) r = times(r, x); return r; }

static void ep(void)
{
    enum { blocks = 64, pairs = 1 << 10 };
    long counts[10] = { 0 }, accepted = 0;
#pragma omp parallel for schedule(dynamic) reduction(+ : counts[:10], accepted)
    for (int block = 0; block < blocks; block++) {
        uint64_t x = times(271828183, power(multiplier, (uint64_t)block * 2 * pairs));
        for (int i = 0; i < pairs; i++) {
            x = times(x, multiplier);
            double u = 2 * ldexp((double)x, -46) - 1;
            x = times(x, multiplier);
            double v = 2 * ldexp((double)x, -46) - 1;
            double t = u * u + v * v;
            if (t > 1) continue;
            double f = sqrt(-2 * log(t) / t);
            double largest = fmax(fabs(u * f), fabs(v * f));
            counts[(int)largest]++;
            accepted++;
        }
    }
    printf("ep %ld:", accepted);
    for (int i = 0; i < 6; i++) printf(" %ld", counts[i]);
    puts("");
}

static long fibonacci(int n)
{
    if (n < 12) return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
    long x, y;
#pragma omp task shared(x)
    x = fibonacci(n - 1);
#pragma omp task shared(y)
    y = fibonacci(n - 2);
#pragma omp taskwait
    return x + y;
}

static void constructs(void)
{
    long answer = 0;
#pragma omp parallel
#pragma omp single
    answer = fibonacci(22);
    printf("tasks %ld\n", answer);

    int shared = 0, locked = 0, team = 0, masters = 0, sections = 0, order = 0;
    omp_lock_t lock;
    omp_init_lock(&lock);
#pragma omp parallel num_threads(8)
    {
#pragma omp single
        team = omp_get_num_threads();
        for (int i = 0; i < 500; i++) {
#pragma omp critical
            shared++;
            omp_set_lock(&lock);
            locked++;
            omp_unset_lock(&lock);
#pragma omp atomic
            order += i;
        }
#pragma omp barrier
#pragma omp master
        masters++;
#pragma omp sections reduction(+ : sections)
        {
#pragma omp section
            sections += 1;
#pragma omp section
            sections += 10;
#pragma omp section
            sections += 100;
        }
    }
    omp_destroy_lock(&lock);
    printf("team %d critical %d lock %d atomic %d master %d sections %d\n", team, shared, locked, order, masters, sections);

    char text[64];
    int at = 0;
#pragma omp parallel for ordered schedule(dynamic, 1)
    for (int i = 0; i < 26; i++) {
#pragma omp ordered
        text[at++] = (char)('a' + i);
    }
    text[at] = 0;
    printf("ordered %s\n", text);

    long nested = 0;
    omp_set_max_active_levels(2);
#pragma omp parallel num_threads(3) reduction(+ : nested)
    {
#pragma omp parallel num_threads(3) reduction(+ : nested)
        nested += omp_get_level();
    }
    printf("nested %ld\n", nested);

    long many = 0;
    for (int i = 0; i < 200; i++) {
#pragma omp parallel num_threads(4) reduction(+ : many)
        many += omp_get_thread_num();
    }
    printf("regions %ld\n", many);
    double start = omp_get_wtime();
    while (omp_get_wtime() - start < 0.01) {}
    printf("procs %d\n", omp_get_num_procs() >= 1);
}

int main(void)
{
    stream();
    ep();
    constructs();
    return 0;
}
