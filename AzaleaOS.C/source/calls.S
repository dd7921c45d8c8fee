/* The calls of azalea.h. All go through the slot of the table for any number: AzaleaOS.Abi/CallTable.cs, AnyNumber. */

	.macro function name
	.section .text.\name, "ax", @progbits
	.globl \name
	.type \name, @function
	.balign 16
\name:
	.cfi_startproc
	.endm

	.macro end name
	call *0x050f0ff8
	ret
	.cfi_endproc
	.size \name, . - \name
	.endm

	.macro simple name, number
	function \name
	movl $\number, %eax
	end \name
	.endm

	/* An unsigned int is in the lower half of its register, and anything in the upper one. */
	.macro with_time name, number, register
	function \name
	movl \register, \register
	movl $\number, %eax
	end \name
	.endm

	simple azalea_sem_init, 0x1000
	simple azalea_sem_destroy, 0x1001
	simple azalea_sem_wait, 0x1002
	simple azalea_sem_post, 0x1003
	with_time azalea_sem_timedwait, 0x1004, %esi
	with_time azalea_sem_cancelablewait, 0x1005, %esi
	simple azalea_get_ticks, 0x1006
	with_time azalea_msleep, 0x1007, %edi
	simple azalea_getprio, 0x1008
	simple azalea_setprio, 0x1009
	simple azalea_yield, 0x100a

	function azalea_syscall
	movq %rdi, %rax
	movq %rsi, %rdi
	movq %rdx, %rsi
	movq %rcx, %rdx
	movq %r8, %r10
	movq %r9, %r8
	movq 8(%rsp), %r9
	end azalea_syscall

	/* getpid has a slot of its own, which needs no entry of the kernel. */
	function azalea_getpid
	movl $39, %eax
	call *0x050f0138
	ret
	.cfi_endproc
	.size azalea_getpid, . - azalea_getpid

	function azalea_gettid
	movl $186, %eax
	call *0x050f05d0
	ret
	.cfi_endproc
	.size azalea_gettid, . - azalea_gettid

	.section .note.GNU-stack, "", @progbits
