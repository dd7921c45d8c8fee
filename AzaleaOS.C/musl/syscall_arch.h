/* musl's system calls on x86-64 as calls of the kernel: takes the place of arch/x86_64/syscall_arch.h.
   What a slot of the table does is said in AzaleaOS.Abi/CallTable.cs. The call puts a return address below the stack pointer, so all of musl
   is compiled without a red zone. Numbers beyond the table, which only syscall(2) can have, go by the instruction. */

#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)

#define AZALEA_CALL "call *0x050f0000(,%%rax,8)"
#define AZALEA_SLOTS 512
#define AZALEA_IS_SLOT(n) (__builtin_constant_p(n) || (unsigned long)(n) < AZALEA_SLOTS)
#define AZALEA_ASM(n, result, ...) do { \
	if (AZALEA_IS_SLOT(n)) \
		__asm__ __volatile__ (AZALEA_CALL : "=a"(result) : "a"(n) __VA_ARGS__ : "rcx", "r11", "memory"); \
	else \
		__asm__ __volatile__ ("syscall" : "=a"(result) : "a"(n) __VA_ARGS__ : "rcx", "r11", "memory"); \
} while (0)

static __inline long __syscall0(long n)
{
	long result;
	AZALEA_ASM(n, result, );
	return result;
}

static __inline long __syscall1(long n, long a)
{
	long result;
	AZALEA_ASM(n, result, , "D"(a));
	return result;
}

static __inline long __syscall2(long n, long a, long b)
{
	long result;
	AZALEA_ASM(n, result, , "D"(a), "S"(b));
	return result;
}

static __inline long __syscall3(long n, long a, long b, long c)
{
	long result;
	AZALEA_ASM(n, result, , "D"(a), "S"(b), "d"(c));
	return result;
}

static __inline long __syscall4(long n, long a, long b, long c, long d)
{
	long result;
	register long fourth __asm__("r10") = d;
	AZALEA_ASM(n, result, , "D"(a), "S"(b), "d"(c), "r"(fourth));
	return result;
}

static __inline long __syscall5(long n, long a, long b, long c, long d, long e)
{
	long result;
	register long fourth __asm__("r10") = d;
	register long fifth __asm__("r8") = e;
	AZALEA_ASM(n, result, , "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth));
	return result;
}

static __inline long __syscall6(long n, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long fourth __asm__("r10") = d;
	register long fifth __asm__("r8") = e;
	register long sixth __asm__("r9") = f;
	AZALEA_ASM(n, result, , "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth));
	return result;
}

/* The kernel's vDSO; what musl looks for in it. */
#define VDSO_USEFUL
#define VDSO_CGT_SYM "__vdso_clock_gettime"
#define VDSO_CGT_VER "LINUX_2.6"
#define VDSO_GETCPU_SYM "__vdso_getcpu"
#define VDSO_GETCPU_VER "LINUX_2.6"

/* System V IPC as 64-bit Linux has it: no flag that asks for it. */
#define IPC_64 0
