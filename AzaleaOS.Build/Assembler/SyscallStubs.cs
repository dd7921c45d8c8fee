using AzaleaOS.Abi;
using AzaleaOS.Build.Checking;
using AzaleaOS.Build.Compilation;
using AzaleaOS.Build.Diagnostics;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Build.Assembler;

/// <summary>Generates the system-call entries, their tables, and a stub for each leaf.</summary>
/// <remarks>
/// Three tables in .rodata, indexed by Linux's number; numbers without a method lead to azalea_sys_unknown:
/// azalea_call_table for <c>call azalea_call_entry</c>, azalea_trap_table for <c>syscall</c> and promoted sites, and
/// azalea_method_table for the calls that both send to the kernel stack (azalea_call_on_kernel_stack and
/// azalea_syscall_on_kernel_stack, assembler methods of the kernel). azalea_syscall_count is their length, 8 bytes.
/// Numbers from <see cref="AzaleaCall.First"/> on have a table of their own, azalea_own_method_table, whose length is azalea_own_count.
/// As in Linux only the lower half of rax is the number.
/// </remarks>
public static class SyscallStubs
{
    private const int RedZone = 128; // System V ABI for AMD64, 3.2.2
    private const int MaxParameters = 6;
    private const int MaxNumber = 1023;
    private const int MaxOwn = 256;
    private const int InitialFlags = 0x202; // IF, and bit 1, which is always set: SDM vol. 1, 3.4.3

    // What `syscall` leaves changed anyway: rax, rcx, r11; and rsp, which a function always restores.
    private const int NeverSaved = (1 << 0) | (1 << 1) | (1 << 4) | (1 << 11);

    /// <summary>Writes the object.</summary>
    /// <param name="calls">The methods.</param>
    /// <param name="registerUse">What each method may leave changed, by symbol; needed for leaves. Another method that is not in it is taken to change every vector register.</param>
    /// <param name="outputObject">The object's path.</param>
    /// <exception cref="BuildException">AZ3010: a number is used twice or out of range. AZ3011: a leaf changes vector registers. AZ3012: nothing is known about a leaf.</exception>
    public static void Emit(
        IReadOnlyList<SyscallEntry> calls,
        IReadOnlyDictionary<string, RegisterUse> registerUse,
        string outputObject)
    {
        var output = new KernelObject();
        Emit(calls, registerUse, output);
        output.Write(outputObject);
    }

    internal static void Emit(
        IReadOnlyList<SyscallEntry> calls,
        IReadOnlyDictionary<string, RegisterUse> registerUse,
        KernelObject output)
    {
        SyscallEntry[] sorted = [.. calls.OrderBy(c => c.Number)];
        Check(sorted, registerUse);

        SyscallEntry[] own = [.. sorted.Where(IsOwn)];
        sorted = [.. sorted.Where(c => !IsOwn(c))];
        int length = sorted.Length == 0 ? 0 : sorted[^1].Number + 1;
        string[] callTable = new string[length];
        string[] trapTable = new string[length];
        string[] methodTable = new string[length];
        Array.Fill(callTable, "azalea_call_on_kernel_stack");
        Array.Fill(trapTable, "azalea_syscall_on_kernel_stack");
        Array.Fill(methodTable, "azalea_unknown_number");

        var kept = new SortedSet<ushort>();
        Entry(output, "azalea_call_entry", length, "azalea_call_table", "azalea_call_out_of_range", a => { });
        Entry(output, "azalea_syscall_entry", length, "azalea_trap_table", "azalea_syscall_out_of_range", a => a.Cfi.SyscallEntry());
        Entry(output, "azalea_promoted_entry", length, "azalea_trap_table", "azalea_syscall_out_of_range", LikeSyscall);
        Entry(output, "azalea_linked_entry", length, "azalea_trap_table", "azalea_syscall_out_of_range", a =>
        {
            a.cli();
            LikeSyscall(a);
        });
        foreach (SyscallEntry call in sorted)
        {
            if (call.Leaf)
            {
                callTable[call.Number] = LeafCall(output, call);
                trapTable[call.Number] = LeafTrap(output, call, registerUse[call.Symbol]);
            }
            else
            {
                methodTable[call.Number] = OnKernelStack(output, call, registerUse, kept);
            }
        }

        OwnNumbers(output, [.. own.Select(call => (call.Number, OnKernelStack(output, call, registerUse, kept)))]);
        foreach (ushort vector in kept.Where(v => v != 0))
            Keeper(output, vector);
        Table(output, "azalea_call_table", callTable);
        Table(output, "azalea_trap_table", trapTable);
        Table(output, "azalea_method_table", methodTable);
        output.Add("azalea_syscall_count", a => a.dq((ulong)length), alignment: 8, section: ".rodata");
    }

    private static void Check(SyscallEntry[] calls, IReadOnlyDictionary<string, RegisterUse> registerUse)
    {
        var errors = new List<BuildDiagnostic>();
        for (int i = 0; i < calls.Length; i++)
        {
            SyscallEntry call = calls[i];
            if (call.Number is < 0 or > MaxNumber and < AzaleaCall.First or >= AzaleaCall.First + MaxOwn)
                errors.Add(new BuildDiagnostic("AZ3010", $"{call.Method}: system call {call.Number} is not in 0..{MaxNumber} or {AzaleaCall.First}..{AzaleaCall.First + MaxOwn - 1}"));
            if (i > 0 && calls[i - 1].Number == call.Number)
                errors.Add(new BuildDiagnostic("AZ3010", $"{call.Method}: system call {call.Number} is answered by {calls[i - 1].Method} already"));
            if (call.ParameterCount is < 0 or > MaxParameters)
                errors.Add(new BuildDiagnostic("AZ3010", $"{call.Method}: a system call has at most {MaxParameters} parameters, not {call.ParameterCount}"));
            if (!call.Leaf)
                continue;
            if (!registerUse.TryGetValue(call.Symbol, out RegisterUse use))
                errors.Add(new BuildDiagnostic("AZ3012", $"{call.Method}: the code checker says nothing about the registers of {call.Symbol}, so it cannot be a leaf"));
            else if (use.Vector != 0)
                errors.Add(new BuildDiagnostic("AZ3011", $"{call.Method}: a leaf must not change vector registers; take Leaf = true away, or the struct copy or stackalloc that uses them"));
        }

        if (errors.Count > 0)
            throw new BuildException(errors);
    }

    private static bool IsOwn(SyscallEntry call) => call.Number >= AzaleaCall.First;

    /// <summary>Numbers beyond Linux's: a second table, looked at when the first has no such number.</summary>
    /// <remarks>In: rax number, its arguments in C's registers. Out: as the method. A leaf of these runs on the kernel stack as well.</remarks>
    private static void OwnNumbers(KernelObject output, (int Number, string Method)[] methods)
    {
        int length = methods.Length == 0 ? 0 : methods[^1].Number - AzaleaCall.First + 1;
        string[] table = new string[length];
        Array.Fill(table, "azalea_unknown_number");
        foreach ((int number, string method) in methods)
            table[number - AzaleaCall.First] = method;
        output.Add("azalea_own_number", a =>
        {
            if (length > 0)
            {
                a.lea(r11d, __[rax - AzaleaCall.First]);
                a.cmp(r11d, length);
                a.jae(a["azalea_unknown_number"]);
                a.jmp(__qword_ptr[(r11 * 8) + a["azalea_own_method_table"]]);
            }
            else
            {
                a.jmp(a["azalea_unknown_number"]);
            }
        });
        Table(output, "azalea_own_method_table", table);
        output.Add("azalea_own_count", a => a.dq((ulong)length), alignment: 8, section: ".rodata");
    }

    /// <summary>Bounds check and table jump.</summary>
    /// <remarks>
    /// In: eax number; rdi rsi rdx r10 r8 r9 arguments; behind <c>syscall</c> rcx return address, r11 flags, IF clear.
    /// Out: rax result. Behind <c>syscall</c> every register but rax, rcx, r11 unchanged; else as after a C function.
    /// Source: SDM vol. 2B, SYSCALL; System V ABI for AMD64, A.2.1.
    /// </remarks>
    private static void Entry(KernelObject output, string symbol, int length, string table, string outOfRange, Action<KernelAssembler> begin)
        => output.Add(symbol, a =>
        {
            begin(a);
            a.mov(eax, eax);
            if (length > 0)
            {
                a.cmp(eax, length);
                a.jae(a[outOfRange]);
                a.jmp(__qword_ptr[(rax * 8) + a[table]]);
            }
            else
            {
                a.jmp(a[outOfRange]);
            }
        });

    /// <summary>Behind the call of a promoted site: from here on everything is as behind the <c>syscall</c> that stood there.</summary>
    /// <remarks>
    /// In: as behind <c>syscall</c>, but the return address is on the stack. The stub has cleared IF, without which an interrupt
    /// here would leave its work undone until the next one. Only sites where nobody looks at the flags behind the call are promoted.
    /// </remarks>
    public static void LikeSyscall(KernelAssembler a)
    {
        a.pop(rcx);
        a.mov(r11d, InitialFlags);
        a.Cfi.SyscallEntry();
    }

    /// <summary>The CALL form of a leaf: the method itself, or a stub that puts the fourth argument where C has it.</summary>
    private static string LeafCall(KernelObject output, SyscallEntry call)
    {
        if (call.ParameterCount <= 3)
            return call.Symbol;
        string stub = $"azalea_call_{call.Number}";
        output.Add(stub, a =>
        {
            a.mov(rcx, r10);
            a.jmp(a[call.Symbol]);
        });
        return stub;
    }

    /// <summary>The SYSCALL form of a leaf: runs on the caller's stack, below the red zone.</summary>
    private static string LeafTrap(KernelObject output, SyscallEntry call, RegisterUse use)
    {
        string stub = $"azalea_trap_{call.Number}";
        AssemblerRegister64[] clobbered = [.. Registers(use.General & ~NeverSaved)];
        output.Add(stub, a =>
        {
            a.Cfi.SyscallEntry();
            a.lea(rsp, __[rsp - RedZone]);
            a.push(r11);
            a.push(rcx);
            a.Cfi.Saved(Register.RIP, -RedZone - 16);
            foreach (AssemblerRegister64 register in clobbered)
                a.push(register);
            if (call.ParameterCount > 3)
                a.mov(rcx, r10);
            a.call(a[call.Symbol]);
            foreach (AssemblerRegister64 register in clobbered.Reverse())
                a.pop(register);
            a.pop(rcx);
            a.Cfi.InRegister(Register.RIP, rcx);
            a.popfq();

            // From here on interrupts are on, and azalea_interrupt knows these instructions (SystemCallTail).
            a.lea(rsp, __[rsp + RedZone]); // not ADD: the flags are the caller's again

            // No SYSRET: the caller is in ring 0 as well, there is no privilege to give back.
            a.jmp(rcx);
        });
        return stub;
    }

    private static string OnKernelStack(
        KernelObject output, SyscallEntry call, IReadOnlyDictionary<string, RegisterUse> registerUse, SortedSet<ushort> kept)
    {
        ushort vector = registerUse.TryGetValue(call.Symbol, out RegisterUse use) ? use.Vector : XmmArea.All;
        string method = Method(output, call, vector);
        kept.Add(vector);
        return call.SeesFrame ? WithFrame(output, call, method) : method;
    }

    /// <summary>A call that runs on the kernel stack: the method itself, or a stub that keeps the vector registers it may change.</summary>
    private static string Method(KernelObject output, SyscallEntry call, ushort vector)
    {
        if (vector == 0)
            return call.Symbol;
        string stub = $"azalea_method_{call.Number}";
        output.Add(
            stub,
            a =>
            {
                a.lea(r11, __[a[call.Symbol]]);
                a.jmp(a[KeeperOf(vector)]);
            },
            alignment: 4); // ilc takes an odd multiple of 2 for a fat pointer
        return stub;
    }

    /// <summary>A call that looks at its caller's registers: they are put into the frame before anything changes them.</summary>
    private static string WithFrame(KernelObject output, SyscallEntry call, string method)
    {
        string stub = $"azalea_frame_{call.Number}";
        output.Add(
            stub,
            a =>
            {
                a.lea(r10, __[a[method]]);
                a.jmp(a["azalea_complete_frame"]);
            },
            alignment: 4);
        return stub;
    }

    private static string KeeperOf(ushort vector) => $"azalea_keep_vectors_{vector:x4}";

    /// <summary>Calls a method and keeps the vector registers of a mask. Shared by all methods that change the same.</summary>
    /// <remarks>In: r11 method; its arguments in C's registers. Out: as the method.</remarks>
    private static void Keeper(KernelObject output, ushort vector)
        => output.Add(KeeperOf(vector), a =>
        {
            int size = XmmArea.SizeOf(vector) + 8; // and rsp is a multiple of 16 again
            a.sub(rsp, size);
            XmmArea.Save(a, vector);
            a.call(r11);
            XmmArea.Restore(a, vector);
            a.add(rsp, size);
            a.ret();
        });

    private static void Table(KernelObject output, string symbol, string[] targets)
        => output.Add(
            symbol,
            a =>
            {
                foreach (string target in targets)
                    a.Pointer(a[target]);
            },
            alignment: 64,
            section: ".rodata");

    private static IEnumerable<AssemblerRegister64> Registers(int mask)
    {
        AssemblerRegister64[] byNumber = [rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15];
        for (int i = 0; i < byNumber.Length; i++)
        {
            if ((mask >> i & 1) != 0)
                yield return byNumber[i];
        }
    }
}
