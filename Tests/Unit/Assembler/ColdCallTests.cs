using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Unit.Assembler;

public sealed unsafe class ColdCallTests
{
    [Fact]
    public void A_cold_call_reaches_its_function_and_keeps_every_vector_register()
    {
        using var kernel = new LoadedObject(KernelMethods.With(o =>
        {
            o.Add("seen", a => a.Reserve(16), section: ".bss");
            o.Add("cold", a =>
            {
                a.mov(__qword_ptr[a["seen"]], rdi);
                a.mov(__qword_ptr[a["seen"] + 8], rsp);
                for (int i = 0; i < 16; i++)
                    a.pcmpeqd(new AssemblerRegisterXMM(Register.XMM0 + i), new AssemblerRegisterXMM(Register.XMM0 + i));
                a.ret();
            });
            RegisterProbe.AddTo(o, a =>
            {
                a.lea(rsp, __[rsp - 136]);
                a.lea(rdi, __[a["cold"]]);
                a.mov(esi, 77);
                a.call(a["azalea_call_keeping_vectors"]);
                a.lea(rsp, __[rsp + 136]);
            });
        }));
        var probe = new RegisterProbe(kernel);
        for (ulong seed = 1; seed < 20; seed++)
        {
            probe.Run(seed);
            Assert.Equal(77ul, ((ulong*)kernel["seen"])[0]);
            for (int i = 0; i < 32; i++)
                Assert.Equal(probe.Before.Xmm[i], probe.After.Xmm[i]);
        }
    }
}
