using AzaleaOS.Build.Assembler;
using AzaleaOS.Cpu;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>System calls that run on the thread's kernel stack. The tables and the leaves are generated from [Syscall] methods.</summary>
/// <remarks>
/// azalea_method_table is indexed by number and holds, for each call that is no leaf, a function that
/// takes the arguments in C's registers and leaves all vector registers as they were.
/// </remarks>
internal static class SyscallEntry
{
    // What the way back loads again; all others C# keeps, or the instruction destroys.
    private static readonly (AssemblerRegister64 Register, string Field)[] s_arguments =
    [
        (rdi, nameof(TrapFrame.Rdi)), (rsi, nameof(TrapFrame.Rsi)), (rdx, nameof(TrapFrame.Rdx)),
        (r8, nameof(TrapFrame.R8)), (r9, nameof(TrapFrame.R9)), (r10, nameof(TrapFrame.R10)),
    ];

    /// <summary>A known number, behind <c>syscall</c>.</summary>
    /// <remarks>
    /// In: rax number, less than the tables' length; rdi rsi rdx r10 r8 r9 arguments; rcx return address; r11 flags; IF clear.
    /// Out: rax result; rcx and r11 undefined; every other register as the <see cref="TrapFrame"/> at the top of the kernel stack
    /// says, which the work on the way back (signals) may have changed. While the method runs the frame has no rax, rcx, r11, cs, ss and
    /// none of the registers that a C function keeps, unless the method says SeesFrame.
    /// Stack: nothing is written to the caller's. Interrupts are enabled while the method runs.
    /// Source: SDM vol. 2B, SYSCALL; System V ABI for AMD64, A.2.1.
    /// </remarks>
    [AssemblerMethod("azalea_syscall_on_kernel_stack")]
    internal static void OnKernelStack(KernelAssembler a)
        => WithFrame(a, () => a.call(__qword_ptr[(rax * 8) + a["azalea_method_table"]]));

    /// <summary>A number beyond the tables, behind <c>syscall</c>. Like <see cref="OnKernelStack"/>.</summary>
    [AssemblerMethod("azalea_syscall_out_of_range")]
    internal static void OutOfRange(KernelAssembler a)
        => WithFrame(a, () => a.call(a["azalea_own_number"]));

    /// <summary>A known number, behind <c>call azalea_call_entry</c>.</summary>
    /// <remarks>
    /// In: rax number, less than the tables' length; rdi rsi rdx r10 r8 r9 arguments.
    /// Out: rax result; other registers by the rules of a C function.
    /// Stack: only the return address. Of the TrapFrame at the top of the kernel stack Vector (<see cref="TrapFrame.CallVector"/>),
    /// Error (the number), Rip and Rsp (where the call returns to) are valid.
    /// </remarks>
    [AssemblerMethod("azalea_call_on_kernel_stack")]
    internal static void CallOnKernelStack(KernelAssembler a)
        => WithoutFrame(a, () => a.call(__qword_ptr[(rax * 8) + a["azalea_method_table"]]));

    /// <summary>A number beyond the tables, behind <c>call azalea_call_entry</c>. Like <see cref="CallOnKernelStack"/>.</summary>
    [AssemblerMethod("azalea_call_out_of_range")]
    internal static void CallOutOfRange(KernelAssembler a)
        => WithoutFrame(a, () => a.call(a["azalea_own_number"]));

    /// <summary>What a number without a method does: <c>azalea_sys_unknown(number)</c>.</summary>
    /// <remarks>In: rax number. Out: rax -ENOSYS.</remarks>
    [AssemblerMethod("azalea_unknown_number")]
    internal static void Unknown(KernelAssembler a)
    {
        a.mov(rdi, rax);
        a.jmp(a["azalea_sys_unknown"]);
    }

    /// <summary>System calls for C: <c>long azalea_syscall(long number, long a1, ..., long a6)</c>.</summary>
    /// <remarks>In: the seven arguments of a C function, the last at [rsp + 8]. Source: System V ABI for AMD64, 3.2.3.</remarks>
    [AssemblerMethod("azalea_syscall")]
    internal static void FromC(KernelAssembler a)
    {
        a.mov(rax, rdi);
        a.mov(rdi, rsi);
        a.mov(rsi, rdx);
        a.mov(rdx, rcx);
        a.mov(r10, r8);
        a.mov(r8, r9);
        a.mov(r9, __qword_ptr[rsp + 8]);
        a.jmp(a["azalea_call_entry"]);
    }

    /// <summary>Between <c>syscall</c> and the way back: the frame, the kernel stack, interrupts enabled.</summary>
    internal static void WithFrame(KernelAssembler a, Action call)
    {
        a.Cfi.SyscallEntry();
        a.mov(__qword_ptr.gs[CallerStack], rsp);
        a.mov(rsp, __qword_ptr.gs[KernelStackTop]);
        a.Cfi.Cfa(rsp, 0);
        a.Cfi.Lost(rsp);
        a.sub(rsp, Offset.SizeOf<TrapFrame>());
        a.mov(Field(nameof(TrapFrame.Rflags)), r11);
        a.mov(Field(nameof(TrapFrame.Rip)), rcx);
        a.Cfi.Saved(Register.RIP, At(nameof(TrapFrame.Rip)));
        a.mov(r11, __qword_ptr.gs[CallerStack]);
        a.mov(Field(nameof(TrapFrame.Rsp)), r11);
        a.Cfi.Saved(rsp, At(nameof(TrapFrame.Rsp)));
        a.mov(Field(nameof(TrapFrame.Error)), rax);
        a.mov(Field(nameof(TrapFrame.Vector)), (int)TrapFrame.SystemCallVector);
        foreach ((AssemblerRegister64 register, string field) in s_arguments)
            a.mov(Field(field), register);

        a.sti();
        a.mov(rcx, r10); // C's fourth argument
        call();
        Label work = a.CreateLabel();
        a.cli();
        a.cmp(__dword_ptr.gs[Work], 0);
        a.jne(work);

        foreach ((AssemblerRegister64 register, string field) in s_arguments)
            a.mov(register, Field(field));
        a.add(rsp, TrapFrameLayout.RipOffset);
        a.pop(rcx);
        a.Cfi.InRegister(Register.RIP, rcx);
        a.add(rsp, 8);
        a.popfq();

        // From here on interrupts are on, and azalea_interrupt knows these instructions (SystemCallTail): nobody looks at the work any more.
        a.pop(rsp);
        a.Cfi.Cfa(rsp, 0);
        a.Cfi.Unchanged(rsp);

        // No SYSRET: the caller is in ring 0 as well, there is no privilege to give back.
        a.jmp(rcx);

        // The whole frame counts from here on: a signal's handler may be where it leads.
        a.Label(ref work);
        a.mov(Field(nameof(TrapFrame.Rax)), rax);
        StoreRest(a, above: 0);
        InterruptStubs.LeaveKernel(a);
        InterruptStubs.PopRegisters(a);
        a.iretq();
    }

    /// <summary>In front of a method that looks at its caller's registers: makes the frame whole and goes on to the method.</summary>
    /// <remarks>In: r10 method, its arguments in C's registers; [rsp] return address, the frame above. Clobbers r11.</remarks>
    [AssemblerMethod("azalea_complete_frame")]
    internal static void CompleteFrame(KernelAssembler a)
    {
        StoreRest(a, above: 8);
        a.jmp(r10);
    }

    /// <summary>Stores what a frame of <see cref="WithFrame"/> lacks. C# has left those registers as the caller had them.</summary>
    /// <remarks>Clobbers r11. Source: SDM vol. 2B, SYSCALL, for rcx and r11.</remarks>
    internal static void StoreRest(KernelAssembler a, int above)
    {
        (AssemblerRegister64, string)[] kept =
        [
            (rbx, nameof(TrapFrame.Rbx)), (rbp, nameof(TrapFrame.Rbp)), (r12, nameof(TrapFrame.R12)),
            (r13, nameof(TrapFrame.R13)), (r14, nameof(TrapFrame.R14)), (r15, nameof(TrapFrame.R15)),
        ];
        foreach ((AssemblerRegister64 register, string field) in kept)
            a.mov(Field(field, above), register);
        a.mov(r11, Field(nameof(TrapFrame.Rip), above));
        a.mov(Field(nameof(TrapFrame.Rcx), above), r11);
        a.mov(r11, Field(nameof(TrapFrame.Rflags), above));
        a.mov(Field(nameof(TrapFrame.R11), above), r11);
        a.mov(Field(nameof(TrapFrame.Cs), above), (int)Selectors.Code);
        a.mov(Field(nameof(TrapFrame.Ss), above), (int)Selectors.Data);
    }

    private static void WithoutFrame(KernelAssembler a, Action call)
    {
        a.mov(rcx, r10); // C's fourth argument
        a.lea(r11, __[rsp + 8]);
        a.mov(r10, __qword_ptr[rsp]);
        a.mov(rsp, __qword_ptr.gs[KernelStackTop]);
        a.Cfi.Cfa(rsp, 0);
        a.Cfi.InRegister(Register.RIP, r10);
        a.Cfi.InRegister(rsp, r11);
        a.sub(rsp, Offset.SizeOf<TrapFrame>());
        a.mov(__qword_ptr[rsp + Offset.Of<TrapFrame>(nameof(TrapFrame.Vector))], (int)TrapFrame.CallVector);
        a.mov(__qword_ptr[rsp + Offset.Of<TrapFrame>(nameof(TrapFrame.Error))], rax);
        a.mov(__qword_ptr[rsp + Offset.Of<TrapFrame>(nameof(TrapFrame.Rip))], r10);
        a.mov(__qword_ptr[rsp + Offset.Of<TrapFrame>(nameof(TrapFrame.Rsp))], r11);
        a.Cfi.Saved(Register.RIP, At(nameof(TrapFrame.Rip)));
        a.Cfi.Saved(rsp, At(nameof(TrapFrame.Rsp)));
        call();
        Label leave = a.CreateLabel();
        Label work = a.CreateLabel();
        a.cli();
        a.cmp(__dword_ptr.gs[Work], 0);
        a.jne(work);
        a.Label(ref leave);
        a.mov(rsp, __qword_ptr[rsp + Offset.Of<TrapFrame>(nameof(TrapFrame.Rsp))]);
        a.Cfi.Cfa(rsp, 0);
        a.Cfi.Saved(Register.RIP, -8);
        a.Cfi.Unchanged(rsp);
        a.sub(rsp, 8); // at the return address, so that RET is predicted
        a.sti();
        a.ret();

        // Signals wait: there is no frame that a handler could return to.
        a.Label(ref work);
        a.mov(__qword_ptr[rsp + Offset.Of<TrapFrame>(nameof(TrapFrame.Rax))], rax);
        a.xor(edi, edi);
        a.call(a["azalea_leave_kernel"]);
        a.mov(rax, __qword_ptr[rsp + Offset.Of<TrapFrame>(nameof(TrapFrame.Rax))]);
        a.jmp(leave);
    }

    private static AssemblerMemoryOperand Field(string name, int above = 0) => __qword_ptr[rsp + (above + Offset.Of<TrapFrame>(name))];

    /// <summary>Where a field of the frame is, seen from its end, which is the top of the kernel stack.</summary>
    private static int At(string field) => Offset.Of<TrapFrame>(field) - Offset.SizeOf<TrapFrame>();

    private static int Work => Offset.Of<CoreBlock>(nameof(CoreBlock.Work));

    private static int CallerStack => Offset.Of<CoreBlock>(nameof(CoreBlock.CallerStack));

    private static int KernelStackTop => Offset.Of<CoreBlock>(nameof(CoreBlock.KernelStackTop));
}
