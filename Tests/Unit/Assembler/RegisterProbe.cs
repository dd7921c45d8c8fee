using System.Runtime.InteropServices;
using AzaleaOS.Build.Assembler;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Unit.Assembler;

/// <summary>All that a program can see of itself.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct VisibleState
{
    internal fixed ulong General[16]; // in encoding order: rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8..r15
    internal ulong Flags;
    internal ulong Unused;
    internal fixed ulong Xmm[32];
    internal fixed ulong RedZone[16]; // [rsp - 128] to [rsp - 8]
}

/// <summary>Loads every register, leaves by a way that a test gives, and stores every register on return.</summary>
internal sealed unsafe class RegisterProbe
{
    internal const int Rax = 0;
    internal const int Rcx = 1;
    internal const int Rdx = 2;
    internal const int Rsp = 4;
    internal const int Rsi = 6;
    internal const int Rdi = 7;
    internal const int R8 = 8;
    internal const int R9 = 9;
    internal const int R10 = 10;
    internal const int R11 = 11;

    private static readonly AssemblerRegister64[] s_general = [rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15];

    private readonly LoadedObject _object;

    internal RegisterProbe(LoadedObject loaded) => _object = loaded;

    internal ref VisibleState Before => ref *(VisibleState*)_object["probe_before"];

    internal ref VisibleState After => ref *(VisibleState*)_object["probe_after"];

    /// <summary>Adds the probe to an object. What <paramref name="leave"/> writes must lead to the symbol probe_return.</summary>
    internal static void AddTo(KernelObject target, Action<KernelAssembler> leave)
    {
        target.Add("probe_before", a => a.Reserve(sizeof(VisibleState)), section: ".bss");
        target.Add("probe_after", a => a.Reserve(sizeof(VisibleState)), section: ".bss");
        target.Add("probe_stack", a => a.Reserve(8), section: ".bss");
        target.Add("probe", a => Emit(a, leave));
    }

    /// <summary>Fills <see cref="Before"/> with values that are all different, but for rsp, and runs the probe.</summary>
    internal void Run(ulong seed = 0x0101_0203_0508_0d15)
    {
        Fill(seed);
        Again();
    }

    /// <summary>Fills <see cref="Before"/> with values that are all different.</summary>
    internal void Fill(ulong seed)
    {
        ref VisibleState before = ref Before;
        ulong value = seed;
        foreach (ref ulong word in MemoryMarshal.Cast<byte, ulong>(new Span<byte>((void*)_object["probe_before"], sizeof(VisibleState))))
            word = value = (value * 6364136223846793005) + 1442695040888963407;
        before.Flags = 0x202 | (seed & 0xcd5 & ~0x100ul); // arithmetic flags and DF as the seed has them
    }

    /// <summary>Runs the probe with what is in <see cref="Before"/>.</summary>
    internal void Again() => ((delegate* unmanaged<void>)_object["probe"])();

    /// <summary>Fails unless everything but the named general registers is as it was.</summary>
    internal void AssertUnchangedBut(params int[] changed)
    {
        AssertRegistersUnchangedBut(changed);
        Assert.Equal(Before.Flags, After.Flags);
        for (int i = 0; i < 16; i++)
            Assert.True(Before.RedZone[i] == After.RedZone[i], $"the red zone changed at rsp - {128 - (8 * i)}");
    }

    /// <summary>The same without the flags and the red zone, which a call may change.</summary>
    internal void AssertRegistersUnchangedBut(params int[] changed)
    {
        for (int i = 0; i < 16; i++)
        {
            if (!changed.Contains(i))
                Assert.True(Before.General[i] == After.General[i], $"{s_general[i]}: 0x{Before.General[i]:x} became 0x{After.General[i]:x}");
        }

        for (int i = 0; i < 32; i++)
            Assert.True(Before.Xmm[i] == After.Xmm[i], $"xmm{i / 2} changed");
    }

    private static void Emit(KernelAssembler a, Action<KernelAssembler> leave)
    {
        a.Cfi.None();
        AssemblerRegister64[] calleeSaved = [rbx, rbp, r12, r13, r14, r15];
        foreach (AssemblerRegister64 register in calleeSaved)
            a.push(register);
        a.mov(__qword_ptr[a["probe_stack"]], rsp);
        a.sub(rsp, 1024); // the code under test has its caller's stack to itself
        a.mov(__qword_ptr[Field(a, "probe_before", nameof(VisibleState.General), Rsp)], rsp);
        for (int i = 0; i < 16; i++)
        {
            a.mov(rax, __qword_ptr[Field(a, "probe_before", nameof(VisibleState.RedZone), i)]);
            a.mov(__qword_ptr[rsp - 128 + (8 * i)], rax);
        }

        // From here on nothing may be pushed.
        for (int i = 0; i < 16; i++)
            a.movups(new AssemblerRegisterXMM(Register.XMM0 + i), __xmmword_ptr[Field(a, "probe_before", nameof(VisibleState.Xmm), 2 * i)]);
        a.lea(rsp, __[rsp - 136]);
        a.push(__qword_ptr[Field(a, "probe_before", nameof(VisibleState.Flags), 0)]);
        a.popfq();
        a.lea(rsp, __[rsp + 136]);
        for (int i = 0; i < 16; i++)
        {
            if (i != Rsp)
                a.mov(s_general[i], __qword_ptr[Field(a, "probe_before", nameof(VisibleState.General), i)]);
        }

        leave(a);
        a.Define("probe_return");
        for (int i = 0; i < 16; i++)
            a.mov(__qword_ptr[Field(a, "probe_after", nameof(VisibleState.General), i)], s_general[i]);
        for (int i = 0; i < 16; i++)
        {
            a.mov(rax, __qword_ptr[rsp - 128 + (8 * i)]);
            a.mov(__qword_ptr[Field(a, "probe_after", nameof(VisibleState.RedZone), i)], rax);
        }

        a.pushfq();
        a.pop(__qword_ptr[Field(a, "probe_after", nameof(VisibleState.Flags), 0)]);
        a.cld();
        for (int i = 0; i < 16; i++)
            a.movups(__xmmword_ptr[Field(a, "probe_after", nameof(VisibleState.Xmm), 2 * i)], new AssemblerRegisterXMM(Register.XMM0 + i));
        a.mov(rsp, __qword_ptr[a["probe_stack"]]);
        foreach (AssemblerRegister64 register in calleeSaved.Reverse())
            a.pop(register);
        a.ret();
    }

    private static SymbolReference Field(KernelAssembler a, string state, string field, int index)
        => a[state] + ((int)Marshal.OffsetOf<VisibleState>(field) + (8 * index));
}
