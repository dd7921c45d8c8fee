// Every fault as a signal: number, code, address, and what sigcontext says of it.
#define _GNU_SOURCE
#include <fcntl.h>
#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf back;
static char *base;
static volatile int zero;

static void handler(int number, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    greg_t *r = uc->uc_mcontext.gregs;
    unsigned long address = (unsigned long)info->si_addr;
    char where[64];
    if (address == (unsigned long)r[REG_RIP]) strcpy(where, "rip");
    else if (base && address - (unsigned long)base < 1 << 20) sprintf(where, "base+%lx", address - (unsigned long)base);
    else sprintf(where, "%lx", address);
    printf("signal %d/%d code %d errno %d at %s, trap %lld error %llx", number, info->si_signo, info->si_code, info->si_errno, where, r[REG_TRAPNO], r[REG_ERR]);
    if (r[REG_TRAPNO] == 14) printf(" cr2 %s", (unsigned long)r[REG_CR2] == address ? "same" : "other");
    printf(" old mask %llx\n", r[REG_OLDMASK]);
    if (number == SIGTRAP) r[REG_EFL] &= ~0x100;
    else siglongjmp(back, 1);
}

#define TRY(what, ...) do { printf("%s: ", what); fflush(stdout); if (!sigsetjmp(back, 1)) { __VA_ARGS__; puts("went on"); } fflush(stdout); } while (0)

static void x87(int unmasked, double a, double b)
{
    unsigned short control = 0x37f & ~unmasked;
    double result;
    __asm__ volatile("fninit; fldcw %1; fldl %2; fldl %3; fdivp; fwait; fstpl %0; fwait" : "=m"(result) : "m"(control), "m"(b), "m"(a));
    __asm__ volatile("fninit");
}

int main(void)
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    static char alternate[65536];
    stack_t stack = { .ss_sp = alternate, .ss_size = sizeof alternate };
    sigaltstack(&stack, 0);
    int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };
    for (int i = 0; i < 5; i++) sigaction(signals[i], &action, 0);

    char *p = base = mmap(0, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(p + 4096, 4096, PROT_READ);
    mprotect(p + 8192, 4096, PROT_READ | PROT_WRITE);
    p[8192] = p[4096]; // both pages are there: error codes tell
    munmap(p + 65536, 4096);
    TRY("null read", (void)*(volatile char *)(long)zero);
    TRY("null write", *(volatile char *)(8L + zero) = 1);
    TRY("null call", ((void (*)(void))(long)zero)());
    TRY("none read", (void)*(volatile char *)(p + 5));
    TRY("none write", p[16] = 1);
    TRY("read-only write", p[4096 + 7] = 1);
    TRY("hole read", (void)*(volatile char *)(p + 65536 + 9));
    TRY("hole write", p[65536 + 9] = 1);
    TRY("across pages", *(volatile long *)(p + 12288 - 4) = 1);
    TRY("not executable", ((void (*)(void))(p + 8192))());
    TRY("kernel write", *(volatile char *)0xffffffff80100000 = 1);
    TRY("not canonical", (void)*(volatile char *)(0x8000000000000000 + zero));
    TRY("divide", __asm__ volatile("cltd; idivl %1" ::"a"(1), "m"(zero) : "rdx"));
    TRY("divide overflow", { int low = 0, high = 5, one = 1; __asm__ volatile("divl %2" : "+a"(low), "+d"(high) : "r"(one)); });
    TRY("invalid opcode", __asm__ volatile("ud2"));
    TRY("breakpoint", __asm__ volatile("int3"));
    TRY("step", __asm__ volatile("pushfq; orl $0x100, (%%rsp); popfq; nop" ::: "cc", "memory"));
    TRY("x87 divide", x87(4, 1.0, 0.0));
    TRY("x87 invalid", x87(1, 0.0, 0.0));
    TRY("x87 overflow masked", x87(0, 1.0, 0.0));

    // A file of 100 bytes, mapped with three pages.
    int file = open("/tmp/sigcodes.file", O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file < 0) file = memfd_create("sigcodes", 0);
    if (file >= 0 && write(file, p + 4096, 100) == 100)
    {
        unlink("/tmp/sigcodes.file");
        base = mmap(0, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        TRY("file within", (void)*(volatile char *)(base + 4095));
        TRY("file beyond read", (void)*(volatile char *)(base + 4096));
        TRY("file beyond write", base[8192] = 1);
    }
    else printf("no file\n");
    return 0;
}
