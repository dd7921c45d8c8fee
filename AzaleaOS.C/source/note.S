/* What tells the kernel that a program calls it through the table of AzaleaOS.Abi/CallTable.cs: version, slots. */
	.section .note.azalea, "a", @note
	.balign 4
	.long 7, 8, 1
	.asciz "Azalea"
	.balign 4
	.long 1, 512
	.section .note.GNU-stack, "", @progbits
