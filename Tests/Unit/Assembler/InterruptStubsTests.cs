using AzaleaOS.Build.Assembler;
using AzaleaOS.Cpu;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using Stubs = AzaleaOS.Plugs.Assembler.InterruptStubs;

namespace AzaleaOS.Tests.Unit.Assembler;

public sealed unsafe class InterruptStubsTests
{
    private const int StackBytes = 4096;
    private const ulong Exception = 1;
    private const ulong Interrupt = 2;
    private const ulong InPlace = 3;

    // Linux's selectors in ring 3: IRETQ loads them as readily as the kernel's own.
    private const int UserCode = 0x33;
    private const int UserData = 0x2b;
    private const ulong ErrorCode = 0x2a;

    private static readonly int[] s_withErrorCode = [8, 10, 11, 12, 13, 14, 17, 21, 29, 30];

    private static readonly int[] s_inPlace = [2, 8, 18];

    [Fact]
    public void Every_vector_delivers_its_frame_and_gives_back_every_register()
    {
        using LoadedObject plain = Load(errorCode: false);
        using LoadedObject withErrorCode = Load(errorCode: true);
        for (int vector = 0; vector < 256; vector++)
        {
            bool hasErrorCode = s_withErrorCode.Contains(vector);
            bool isMoved = vector < 32 && !s_inPlace.Contains(vector);
            LoadedObject kernel = hasErrorCode ? withErrorCode : plain;
            TrapFrame* frame = Run(kernel, vector, work: 0, out RegisterProbe probe);

            Assert.Equal((ulong)(isMoved ? KernelFrame(kernel) : InterruptFrame(kernel)), ((ulong*)kernel["seen"])[0]);
            Assert.Equal(8ul, ((ulong*)kernel["seen"])[1] % 16); // rsp behind the call
            Assert.Equal(s_inPlace.Contains(vector) ? InPlace : isMoved ? Exception : Interrupt, ((ulong*)kernel["seen"])[2]);
            Assert.Equal(0ul, ((ulong*)kernel["left"])[0]);
            AssertHolds(frame, vector, hasErrorCode, probe);
            probe.AssertUnchangedBut();
        }
    }

    [Theory]
    [InlineData(6)]
    [InlineData(14)]
    [InlineData(32)]
    [InlineData(0xf2)]
    public void Work_is_done_on_the_kernel_stack_with_all_vector_registers_below_the_frame(int vector)
    {
        using LoadedObject kernel = Load(s_withErrorCode.Contains(vector));
        TrapFrame* frame = Run(kernel, vector, work: 1, out RegisterProbe probe);

        Assert.Equal((ulong)KernelFrame(kernel), ((ulong*)kernel["left"])[0]);
        Assert.Equal(8ul, ((ulong*)kernel["left"])[1] % 16);
        AssertHolds(frame, vector, s_withErrorCode.Contains(vector), probe);
        fixed (ulong* xmm = probe.Before.Xmm)
            Assert.Equal(new ReadOnlySpan<byte>(xmm, 256), new ReadOnlySpan<byte>((byte*)frame - 256, 256));
        probe.AssertUnchangedBut();
    }

    [Fact]
    public void A_frame_is_resumed_from_anywhere()
    {
        var o = new KernelObject();
        o.Add("azalea_interrupt_stubs", Stubs.Emit);
        o.Add("frame", a => a.Reserve(sizeof(TrapFrame)), section: ".bss");
        RegisterProbe.AddTo(o, a =>
        {
            a.mov(__qword_ptr[a["frame"] + Offset.Of<TrapFrame>(nameof(TrapFrame.Rsp))], rsp);
            a.lea(rdi, __[a["frame"]]);
            a.jmp(a["azalea_resume"]);
        });
        using var kernel = new LoadedObject(o);
        var frame = (TrapFrame*)kernel["frame"];
        ulong* words = (ulong*)frame;
        for (ulong i = 0; i < (ulong)sizeof(TrapFrame) / 8; i++)
            words[i] = i * 0x0101_0101_0101;
        frame->Rip = (ulong)kernel["probe_return"];
        frame->Cs = UserCode;
        frame->Ss = UserData;
        frame->Rflags = 0x202 | 0x8d5;
        var probe = new RegisterProbe(kernel);
        probe.Run(1);

        ref VisibleState after = ref probe.After;
        ulong[] general =
        [
            frame->Rax, frame->Rcx, frame->Rdx, frame->Rbx, frame->Rsp, frame->Rbp, frame->Rsi, frame->Rdi,
            frame->R8, frame->R9, frame->R10, frame->R11, frame->R12, frame->R13, frame->R14, frame->R15,
        ];
        for (int i = 0; i < 16; i++)
            Assert.Equal(general[i], after.General[i]);
        Assert.Equal(frame->Rflags, after.Flags);
    }

    private static TrapFrame* Run(LoadedObject kernel, int vector, int work, out RegisterProbe probe)
    {
        probe = new RegisterProbe(kernel);
        *(nint*)kernel["stub"] = kernel["azalea_interrupt_stubs"] + (16 * vector);
        *(ulong*)kernel["seen"] = 0;
        *(ulong*)kernel["left"] = 0;
        var core = (CoreBlock*)kernel["core_block"];
        core->KernelStackTop = (ulong)(kernel["kernel_stack"] + StackBytes);
        core->Work = work;
        using var gs = new GsBase(kernel["core_block"]);
        probe.Run((ulong)vector);
        return work != 0 || (vector < 32 && !s_inPlace.Contains(vector)) ? KernelFrame(kernel) : InterruptFrame(kernel);
    }

    private static TrapFrame* KernelFrame(LoadedObject kernel) => (TrapFrame*)(kernel["kernel_stack"] + StackBytes) - 1;

    private static TrapFrame* InterruptFrame(LoadedObject kernel) => (TrapFrame*)(kernel["interrupt_stack"] + StackBytes) - 1;

    private static void AssertHolds(TrapFrame* frame, int vector, bool hasErrorCode, RegisterProbe probe)
    {
        ref VisibleState before = ref probe.Before;
        Assert.Equal((ulong)vector, frame->Vector);
        Assert.Equal(hasErrorCode ? ErrorCode : 0, frame->Error);
        Assert.Equal(before.General[RegisterProbe.Rsp], frame->Rsp);
        Assert.Equal(before.Flags, frame->Rflags);
        ulong[] general =
        [
            frame->Rax, frame->Rcx, frame->Rdx, frame->Rbx, frame->Rsp, frame->Rbp, frame->Rsi, frame->Rdi,
            frame->R8, frame->R9, frame->R10, frame->R11, frame->R12, frame->R13, frame->R14, frame->R15,
        ];
        for (int i = 0; i < 16; i++)
            Assert.Equal(before.General[i], general[i]);
    }

    private static LoadedObject Load(bool errorCode)
    {
        var o = new KernelObject();
        o.Add("azalea_interrupt_stubs", Stubs.Emit);
        o.Add("azalea_exception", a => Handler(a, Exception, changesVectors: true, "seen"));
        o.Add("azalea_exception_in_place", a => Handler(a, InPlace, changesVectors: true, "seen"));
        o.Add("azalea_interrupt", a => Handler(a, Interrupt, changesVectors: false, "seen"));
        o.Add("azalea_leave_kernel", a => Handler(a, 4, changesVectors: true, "left"));
        o.Add("left", a => a.Reserve(3 * 8), section: ".bss");
        o.Add("core_block", a => a.Reserve(sizeof(CoreBlock)), section: ".bss");
        o.Add("kernel_stack", a => a.Reserve(StackBytes), section: ".bss");
        o.Add("seen", a => a.Reserve(3 * 8), section: ".bss");
        o.Add("stub", a => a.Quadword(0), section: ".data");
        o.Add("return_address", a => a.Pointer(a["probe_return"]), section: ".data");
        o.Add("interrupted_stack_pointer", a => a.Quadword(0), section: ".data");
        o.Add("interrupt_stack", a => a.Reserve(StackBytes), section: ".bss");

        // What the processor does; neither MOV, LEA nor PUSH changes flags.
        RegisterProbe.AddTo(o, a =>
        {
            a.mov(__qword_ptr[a["interrupted_stack_pointer"]], rsp);
            a.lea(rsp, __[a["interrupt_stack"] + StackBytes]);
            a.push(UserData);
            a.push(__qword_ptr[a["interrupted_stack_pointer"]]);
            a.pushfq();
            a.push(UserCode);
            a.push(__qword_ptr[a["return_address"]]);
            if (errorCode)
                a.push((int)ErrorCode);
            a.jmp(__qword_ptr[a["stub"]]);
        });
        return new LoadedObject(o, inRing3: true);
    }

    private static void Handler(KernelAssembler a, ulong id, bool changesVectors, string record)
    {
        a.mov(__qword_ptr[a[record]], rdi);
        a.mov(__qword_ptr[a[record] + 8], rsp);
        a.mov(__qword_ptr[a[record] + 16], (int)id);
        foreach (AssemblerRegister64 register in new[] { rcx, rdx, rsi, rdi, r8, r9, r10, r11 })
            a.mov(register, -1);

        // azalea_interrupt says whether there is work.
        a.mov(eax, __dword_ptr.gs[Offset.Of<CoreBlock>(nameof(CoreBlock.Work))]);
        for (int i = 0; i < 16 && changesVectors; i++)
            a.pcmpeqd(new AssemblerRegisterXMM(Register.XMM0 + i), new AssemblerRegisterXMM(Register.XMM0 + i));
        a.ret();
    }
}
