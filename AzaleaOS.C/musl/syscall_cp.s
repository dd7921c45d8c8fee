# A system call at which a thread can be cancelled, as a call of the kernel: takes the place of src/thread/x86_64/syscall_cp.s.
# long __syscall_cp_asm(volatile int *cancel, long number, long a, long b, long c, long d, long e, long f)
# The signal that cancels looks whether the thread is from __cp_begin to before __cp_end: not yet in its call, or about to make it again. The
# kernel makes an interrupted call again at the syscall that the last two bytes of the call are, so that is before __cp_end, as with musl's own.

.global __syscall_cp_asm, __cp_begin, __cp_end, __cp_cancel
.hidden __syscall_cp_asm, __cp_begin, __cp_end, __cp_cancel, __cancel
.type __syscall_cp_asm, @function

.text
__syscall_cp_asm:
__cp_begin:
	cmpl $0, (%rdi)
	jne __cp_cancel
	movq %rsi, %rax
	movq %rdx, %rdi
	movq %rcx, %rsi
	movq %r8, %rdx
	movq %r9, %r10
	movq 8(%rsp), %r8
	movq 16(%rsp), %r9
	call *0x050f0000(,%rax,8)
__cp_end:
	ret
__cp_cancel:
	jmp __cancel
.size __syscall_cp_asm, . - __syscall_cp_asm
.section .note.GNU-stack, "", @progbits
