using System.Runtime.InteropServices;
using AzaleaOS.Build.Assembler;
using AzaleaOS.Tests.Unit.Assembler;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Unit.Compilation;

/// <summary>What compiled code calls behind C#'s back, run on a stack of the test's own.</summary>
public sealed unsafe class CompilerSymbolsTests : IDisposable
{
    private const int Page = 4096;
    private const int StackPages = 8;
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly nint _memory = mmap(0, (StackPages + 1) * Page, ReadWrite, PrivateAnonymous, -1, 0);
    private readonly LoadedObject _code = new(KernelMethods.With(output => output.Add("probe_on_stack", ProbeOnStack)));

    public CompilerSymbolsTests()
    {
        Assert.NotEqual(-1, _memory);
        Assert.Equal(0, mprotect(_memory, Page, 0));
    }

    private nint Lowest => _memory + Page;

    private nint Top => Lowest + (StackPages * Page);

    public void Dispose()
    {
        _code.Dispose();
        _ = munmap(_memory, (StackPages + 1) * Page);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(Page - 8)]
    [InlineData(Page)]
    [InlineData(3 * Page + 8)]
    public void A_frame_that_just_fits_does_not_reach_the_guard_page(int used)
    {
        // The frame ends at the lowest byte; one page less would fault and end the test process.
        nint stack = Top - used;

        Assert.Equal(Lowest, Probe(stack, stack - Lowest));
    }

    [Fact]
    public void Every_page_of_a_frame_is_touched()
    {
        byte* resident = stackalloc byte[StackPages];
        Assert.Equal(Lowest + 100, Probe(Top - 64, Top - 64 - Lowest - 100));

        Assert.Equal(0, mincore(Lowest, StackPages * Page, resident));
        for (int i = 0; i < StackPages; i++)
            Assert.Equal(1, resident[i] & 1);
    }

    [Fact]
    public void The_cookie_survives_no_string_that_runs_over()
    {
        ReadOnlySpan<byte> cookie = new((void*)_code["__security_cookie"], 8);

        Assert.True(cookie.Contains((byte)0));
        Assert.True(cookie.Contains((byte)'\n'));
        Assert.True(cookie.Contains((byte)'\r'));
    }

    private nint Probe(nint stack, nint frame) => ((delegate* unmanaged<nint, nint, nint>)_code["probe_on_stack"])(stack, frame);

    // In: rdi stack pointer, rsi size of the frame. Out: rax what r11 is after the probe, or 0 if it changed a register.
    private static void ProbeOnStack(KernelAssembler a)
    {
        Iced.Intel.Label changed = a.CreateLabel();
        a.Cfi.None();
        a.push(rbx);
        a.mov(rbx, rsp);
        a.mov(rsp, rdi);
        a.mov(rax, rsi);
        a.mov(r11, rsp);
        a.sub(r11, rsi);
        a.call(a["RhpStackProbe"]);
        a.cmp(rsp, rdi);
        a.jne(changed);
        a.mov(rsp, rbx);
        a.pop(rbx);
        a.cmp(rax, rsi);
        a.mov(rax, r11);
        a.mov(ecx, 0);
        a.cmovne(rax, rcx);
        a.ret();
        a.Label(ref changed);
        a.int3();
    }

    [DllImport("libc", SetLastError = true)]
    private static extern nint mmap(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [DllImport("libc", SetLastError = true)]
    private static extern int munmap(nint address, nuint length);

    [DllImport("libc", SetLastError = true)]
    private static extern int mprotect(nint address, nuint length, int protection);

    [DllImport("libc", SetLastError = true)]
    private static extern int mincore(nint address, nuint length, byte* resident);
}
