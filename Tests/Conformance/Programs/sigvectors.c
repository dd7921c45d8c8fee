// Vector and floating-point state across handlers, and frames that were tampered with.
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#define MAGIC1 0x46505853
#define MAGIC2 0x46505845

struct described { uint32_t magic, extended; uint64_t components; uint32_t size; };
static int has_avx;
static sigjmp_buf back;
static int tamper;
static int seen_clean;

static struct described *describe(ucontext_t *uc) { return (void *)((char *)uc->uc_mcontext.fpregs + 464); }

static void clobber(void)
{
    __asm__ volatile("pcmpeqd %%xmm0, %%xmm0; movdqa %%xmm0, %%xmm7; movdqa %%xmm0, %%xmm15; fninit; fld1; fldpi" ::: "memory");
    uint32_t mxcsr = 0x5f80;
    __asm__ volatile("ldmxcsr %0" ::"m"(mxcsr));
    if (has_avx) __asm__ volatile("vpcmpeqd %%xmm1, %%xmm1, %%xmm1; vinsertf128 $1, %%xmm1, %%ymm1, %%ymm1; vmovaps %%ymm1, %%ymm7; vmovaps %%ymm1, %%ymm15" ::: "memory");
}

static void handler(int number, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    uint32_t mxcsr;
    uint16_t control;
    uint64_t low = 1;
    __asm__ volatile("stmxcsr %0; fnstcw %1; movq %%xmm7, %2" : "=m"(mxcsr), "=m"(control), "=r"(low));
    seen_clean = mxcsr == 0x1f80 && control == 0x37f;
    if (tamper == 0)
    {
        struct described *d = describe(uc);
        char *area = (char *)uc->uc_mcontext.fpregs;
        printf("aligned %d magic %d size fits %d second magic %d components %d legacy in header %d flags %lx return %d\n", (uintptr_t)area % 64 == 0, d->magic == MAGIC1,
            d->extended == d->size + 4, *(uint32_t *)(area + d->size) == MAGIC2, (d->components & 3) == 3, (*(uint64_t *)(area + 512) & 3) == 3, uc->uc_flags,
            (uintptr_t)uc % 16 == 0);
        printf("mxcsr %x control %x clean %d\n", uc->uc_mcontext.fpregs->mxcsr, uc->uc_mcontext.fpregs->cwd, seen_clean);
    }
    clobber();
    char *area = (char *)uc->uc_mcontext.fpregs;
    switch (tamper)
    {
        case 1: uc->uc_mcontext.fpregs->_xmm[7].element[0] = 0xabcdef01; break;
        case 2: uc->uc_mcontext.fpregs->mxcsr |= 0xffff0000; break;
        case 3: *(uint64_t *)(area + 512) |= 1ull << 62; break;
        case 4: *(uint64_t *)(area + 520) = 1; break;
        case 5: uc->uc_mcontext.fpregs = (void *)8; break;
        case 6: describe(uc)->magic = 0; break;
        case 7: uc->uc_mcontext.fpregs = 0; break;
        case 8: *(uint32_t *)(area + describe(uc)->size) = 0; break;
        case 9: uc->uc_mcontext.gregs[REG_RIP] = 0x8000000000000000; break;
        case 10: uc->uc_mcontext.gregs[REG_RIP] = 0x123450000; break;
        case 11: uc->uc_mcontext.gregs[REG_EFL] = 0; break;
        case 12: uc->uc_mcontext.gregs[REG_CSGSFS] = 0; break;
    }
}

static void bad(int number, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    printf("signal %d code %d addr %p trap %lld; ", number, info->si_code, info->si_addr, uc->uc_mcontext.gregs[REG_TRAPNO]);
    siglongjmp(back, 1);
}

// Fills xmm7 and ymm15's upper half, sends a signal, and gives back what is there then.
static void once(int pid, uint64_t *xmm, uint64_t *upper, uint32_t *mxcsr)
{
    uint64_t pattern[4] = { 0x1111111111111111, 0x2222222222222222, 0x3333333333333333, 0x4444444444444444 }, out[4] = { 0 };
    uint32_t round = 0x3f80;
    __asm__ volatile("ldmxcsr %0" ::"m"(round));
    if (has_avx)
        __asm__ volatile("vmovups (%2), %%ymm15; vmovups (%2), %%ymm7; syscall; vmovups %%ymm15, (%3); movdqu %%xmm7, (%3)"
            : "=a"(round) : "a"(62), "r"(pattern), "r"(out), "D"(pid), "S"(SIGUSR1) : "rcx", "r11", "memory", "xmm7", "xmm15");
    else
        __asm__ volatile("movups (%2), %%xmm7; syscall; movdqu %%xmm7, (%3)" : "=a"(round) : "a"(62), "r"(pattern), "r"(out), "D"(pid), "S"(SIGUSR1) : "rcx", "r11", "memory", "xmm7");
    __asm__ volatile("stmxcsr %0" : "=m"(*mxcsr));
    *xmm = out[0];
    *upper = has_avx ? out[3] : 0x4444444444444444;
    round = 0x1f80;
    __asm__ volatile("ldmxcsr %0" ::"m"(round));
}

int main(void)
{
    setvbuf(stdout, 0, _IONBF, 0);
    unsigned a, b, c, d;
    __cpuid(1, a, b, c, d);
    has_avx = (c & (1 << 28)) && (c & (1 << 27));
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
    sigaction(SIGUSR1, &action, 0);
    sigaction(SIGALRM, &action, 0);
    static char stack[65536];
    stack_t alternate = { .ss_sp = stack, .ss_size = sizeof stack };
    sigaltstack(&alternate, 0);
    action.sa_sigaction = bad;
    action.sa_flags |= SA_ONSTACK;
    sigaction(SIGSEGV, &action, 0);
    for (tamper = 0; tamper < 13; tamper++)
    {
        uint64_t xmm = 0, upper = 0;
        uint32_t mxcsr = 0;
        printf("%d: ", tamper);
        if (!sigsetjmp(back, 1)) once(getpid(), &xmm, &upper, &mxcsr);
        printf("xmm %lx upper %lx mxcsr %x\n", xmm, upper, mxcsr);
    }

    // Signals at any instruction: a loop over all vector registers checks itself while a timer interrupts it.
    tamper = 100;
    struct itimerval every = { { 0, 1000 }, { 0, 1000 } };
    setitimer(ITIMER_REAL, &every, 0);
    long wrong = 0;
    for (int round = 0; round < 3000; round++)
    {
        uint64_t in[8], out[8];
        for (int i = 0; i < 8; i++) in[i] = (uint64_t)round * 0x9e3779b97f4a7c15 + i;
        long turns = 20000;
        if (has_avx)
            __asm__ volatile("vmovups (%1), %%ymm3; vmovups 32(%1), %%ymm12; fninit; fldpi; 1: dec %0; jnz 1b; vmovups %%ymm3, (%2); vmovups %%ymm12, 32(%2); fstp %%st(0)"
                : "+r"(turns) : "r"(in), "r"(out) : "memory", "xmm3", "xmm12");
        else
            __asm__ volatile("movups (%1), %%xmm3; movups 16(%1), %%xmm4; movups 32(%1), %%xmm12; movups 48(%1), %%xmm13; 1: dec %0; jnz 1b; movups %%xmm3, (%2); movups %%xmm4, 16(%2); movups %%xmm12, 32(%2); movups %%xmm13, 48(%2)"
                : "+r"(turns) : "r"(in), "r"(out) : "memory", "xmm3", "xmm4", "xmm12", "xmm13");
        wrong += memcmp(in, out, sizeof in) != 0;
    }
    printf("wrong %ld\n", wrong);
    return 0;
}
