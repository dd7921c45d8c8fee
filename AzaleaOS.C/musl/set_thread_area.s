# int __set_thread_area(void *area): FS is where the thread's own data is. Takes the place of src/thread/x86_64/__set_thread_area.s.

.global __set_thread_area
.hidden __set_thread_area
.type __set_thread_area, @function

.text
__set_thread_area:
	movq %rdi, %rsi
	movl $0x1002, %edi # ARCH_SET_FS
	movl $158, %eax # arch_prctl
	call *0x050f0000(,%rax,8)
	ret
.size __set_thread_area, . - __set_thread_area
.section .note.GNU-stack, "", @progbits
