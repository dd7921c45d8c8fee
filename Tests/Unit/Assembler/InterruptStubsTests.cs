using AzaleaOS.Build.Assembler;
using AzaleaOS.Cpu;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using Stubs = AzaleaOS.Plugs.Assembler.InterruptStubs;

namespace AzaleaOS.Tests.Unit.Assembler;

public sealed unsafe class InterruptStubsTests
{
    private const int StackBytes = 4096;

    // Linux's selectors in ring 3: IRETQ loads them as readily as the kernel's own.
    private const int UserCode = 0x33;
    private const int UserData = 0x2b;
    private const ulong ErrorCode = 0x2a;

    private static readonly int[] s_withErrorCode = [8, 10, 11, 12, 13, 14, 17, 21, 29, 30];

    [Fact]
    public void Every_vector_delivers_its_frame_and_gives_back_every_register()
    {
        using LoadedObject plain = Load(errorCode: false);
        using LoadedObject withErrorCode = Load(errorCode: true);
        for (int vector = 0; vector < 256; vector++)
        {
            bool hasErrorCode = s_withErrorCode.Contains(vector);
            LoadedObject kernel = hasErrorCode ? withErrorCode : plain;
            var probe = new RegisterProbe(kernel);
            *(nint*)kernel["stub"] = kernel["azalea_interrupt_stubs"] + (16 * vector);
            *(ulong*)kernel["seen"] = 0;
            probe.Run((ulong)vector);

            ref VisibleState before = ref probe.Before;
            TrapFrame* frame = (TrapFrame*)(kernel["interrupt_stack"] + StackBytes) - 1;
            Assert.Equal((ulong)frame, ((ulong*)kernel["seen"])[0]);
            Assert.Equal(8ul, ((ulong*)kernel["seen"])[1] % 16); // rsp behind the call
            Assert.Equal(vector < 32 ? 1ul : 2ul, ((ulong*)kernel["seen"])[2]);
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
            probe.AssertUnchangedBut();
        }
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

    private static LoadedObject Load(bool errorCode)
    {
        var o = new KernelObject();
        o.Add("azalea_interrupt_stubs", Stubs.Emit);
        o.Add("azalea_exception", a => Handler(a, id: 1, changesVectors: true));
        o.Add("azalea_interrupt", a => Handler(a, id: 2, changesVectors: false));
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
        return new LoadedObject(o);
    }

    private static void Handler(KernelAssembler a, int id, bool changesVectors)
    {
        a.mov(__qword_ptr[a["seen"]], rdi);
        a.mov(__qword_ptr[a["seen"] + 8], rsp);
        a.mov(__qword_ptr[a["seen"] + 16], id);
        foreach (AssemblerRegister64 register in new[] { rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11 })
            a.mov(register, -1);
        for (int i = 0; i < 16 && changesVectors; i++)
            a.pcmpeqd(new AssemblerRegisterXMM(Register.XMM0 + i), new AssemblerRegisterXMM(Register.XMM0 + i));
        a.ret();
    }
}
