using AzaleaOS.Build.Assembler;
using AzaleaOS.Build.Checking;
using AzaleaOS.Build.Compilation;
using AzaleaOS.Build.Elf;
using AzaleaOS.Cpu;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Unit.Assembler;

public sealed class CallFrameTests
{
    private const int Frame = 22 * 8;

    [Fact]
    public void Pushes_pops_and_branches_are_followed()
    {
        ElfImage image = Image(o => o.Add("method", a =>
        {
            Label other = a.CreateLabel();
            a.push(rbp); // 0
            a.sub(rsp, 32); // 1
            a.test(edi, edi); // 5
            a.je(other); // 7
            a.add(rsp, 32); // 9
            a.pop(rbp); // 13
            a.ret(); // 14
            a.Label(ref other);
            a.lea(rsp, __[rsp + 32]); // 15
            a.pop(rbp); // 20
            a.ret(); // 21
        }));
        (long, long?)[] expected =
        [
            (8, null), (16, -16), (48, -16), (48, -16), (48, -16), (16, -16), (8, null), (48, -16), (16, -16), (8, null),
        ];
        int[] offsets = [0, 1, 5, 7, 9, 13, 14, 15, 20, 21];
        for (int i = 0; i < offsets.Length; i++)
        {
            CallFrameRow row = Row(image, "method", offsets[i]);
            Assert.Equal(CallFrameBase.Rsp, row.Base);
            Assert.Equal(-8, row.ReturnAddress);
            Assert.Equal(expected[i], (row.BaseOffset, row.SavedRbp));
        }
    }

    [Fact]
    public void A_backtrace_passes_through_interrupts_and_exceptions()
    {
        ElfImage image = Kernel();
        CallFrameRow interrupt = AtCall(image, "azalea_interrupt_common", "azalea_interrupt");
        Assert.Equal(new CallFrameRow(interrupt.Address, CallFrameBase.Rsp, Frame, -40, At(nameof(TrapFrame.Rbp)), -16, true), interrupt);
        CallFrameRow exception = AtCall(image, "azalea_exception_common", "azalea_exception");
        Assert.Equal(new CallFrameRow(exception.Address, CallFrameBase.Rsp, Frame + XmmArea.Size, -40, At(nameof(TrapFrame.Rbp)), -16, true), exception);
    }

    [Theory]
    [InlineData(3, 0, 40)]
    [InlineData(3, 2, 48)]
    [InlineData(14, 0, 48)]
    [InlineData(14, 2, 56)]
    [InlineData(255, 0, 40)]
    [InlineData(255, 7, 56)]
    public void Each_stub_knows_what_the_processor_pushed(int vector, int offset, int depth)
    {
        CallFrameRow row = Row(Kernel(), "azalea_interrupt_stubs", (vector * 16) + offset);
        Assert.Equal((CallFrameBase.Rsp, depth, -40, -16, true), (row.Base, row.BaseOffset, row.ReturnAddress, row.SavedRsp, row.IsSignalFrame));
    }

    [Fact]
    public void A_backtrace_passes_through_system_calls()
    {
        ElfImage image = Kernel();
        CallFrameRow leaf = AtCall(image, "azalea_trap_39", "azalea_sys_39");
        Assert.Equal((CallFrameBase.Rsp, 128 + 16, -144), (leaf.Base, leaf.BaseOffset, leaf.ReturnAddress));
        Assert.Null(leaf.SavedRsp);

        CallFrameRow trap = AtCall(image, "azalea_syscall_out_of_range", "azalea_own_number");
        Assert.Equal(new CallFrameRow(trap.Address, CallFrameBase.Rsp, Frame, -40, null, -16, false), trap);

        CallFrameRow call = AtCall(image, "azalea_call_out_of_range", "azalea_own_number");
        Assert.Equal(new CallFrameRow(call.Address, CallFrameBase.Rsp, Frame, -40, null, -16, false), call);
    }

    [Theory]
    [InlineData("azalea_enter_kernel", "azalea_kernel_start")]
    public void A_backtrace_ends_where_the_kernel_was_entered(string method, string callee)
        => Assert.Equal(CallFrameBase.Outermost, AtCall(Kernel(), method, callee).Base);

    [Fact]
    public void A_thread_has_no_caller()
    {
        ElfImage image = Kernel();
        Assert.All(Enumerable.Range(0, 5), i => Assert.Equal(CallFrameBase.Outermost, Row(image, "azalea_thread_entry", i).Base));
    }

    private static long At(string field) => Offset.Of<TrapFrame>(field) - Frame;

    private static ElfImage Kernel() => Image(o =>
    {
        AssemblerMethods.AddAll(typeof(Plugs.Assembler.Ports).Assembly, "plugs", o);
        SyscallStubs.Emit(
            [new SyscallEntry(39, "azalea_sys_39", "GetPid", 0, Leaf: true)],
            new Dictionary<string, RegisterUse> { ["azalea_sys_39"] = new(1, 0) },
            o);
    });

    private static ElfImage Image(Action<KernelObject> add)
    {
        var o = new KernelObject();
        add(o);
        return ElfImage.Combine([ElfFile.Parse(o.ToArray(), "test.o")]);
    }

    private static CallFrameRow Row(ElfImage image, string symbol, int offset)
    {
        Assert.True(image.TryGetAddress(symbol, out ulong address));
        CallFrameRow? row = CallFrameTable.Read(image).Find(address + (ulong)offset);
        Assert.NotNull(row);
        return row.Value;
    }

    /// <summary>The frame at the first call of a symbol behind another.</summary>
    private static CallFrameRow AtCall(ElfImage image, string method, string callee)
    {
        Assert.True(image.TryGetAddress(method, out ulong start));
        Assert.True(image.TryGetAddress(callee, out ulong target));
        ElfImageSection text = image.Sections.Single(s => s.Section.Name == ".text");
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(text.Bytes.ToArray()), text.Address);
        while (decoder.IP < text.Address + text.Section.Size)
        {
            decoder.Decode(out Instruction instruction);
            if (instruction.IP >= start && instruction.IsCallNear && instruction.NearBranchTarget == target)
                return Row(image, method, (int)(instruction.IP - start));
        }

        throw new InvalidOperationException($"{method} does not call {callee}");
    }
}
