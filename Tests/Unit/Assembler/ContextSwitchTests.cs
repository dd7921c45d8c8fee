using AzaleaOS.Build.Assembler;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Unit.Assembler;

public sealed unsafe class ContextSwitchTests
{
    [Fact]
    public void Two_threads_hand_the_processor_to_and_fro_and_keep_their_registers()
    {
        using var kernel = new LoadedObject(KernelMethods.With(o =>
        {
            AddData(o);

            // The other thread: counts what it is handed, and wipes every register before it switches back.
            o.Add("other_thread", a =>
            {
                Label again = a.CreateLabel();
                a.Cfi.None();
                a.mov(r14, rdi);
                a.xor(ebx, ebx);
                a.Label(ref again);
                a.add(rbx, r14);
                a.mov(__qword_ptr[a["sum"]], rbx);
                a.lea(rdi, __[a["other_stack_pointer"]]);
                a.mov(rsi, __qword_ptr[a["main_stack_pointer"]]);
                a.mov(r12, -1);
                a.mov(r13, -1);
                a.mov(r15, -1);
                a.mov(rbp, -1);
                a.call(a["azalea_context_switch"]);
                a.jmp(again);
            });
            RegisterProbe.AddTo(o, a =>
            {
                a.lea(rdi, __[a["main_stack_pointer"]]);
                a.mov(rsi, __qword_ptr[a["other_stack_pointer"]]);
                a.lea(rsp, __[rsp - 128]);
                a.call(a["azalea_context_switch"]);
                a.lea(rsp, __[rsp + 128]);
            });
        }));

        ulong* top = (ulong*)(kernel["other_stack"] + StackBytes);
        ulong* first = top - 7;
        first[3] = 5; // r12: the argument
        first[5] = (ulong)kernel["other_thread"]; // rbx: the function
        first[6] = (ulong)kernel["azalea_thread_entry"];
        *(ulong**)kernel["other_stack_pointer"] = first;

        var probe = new RegisterProbe(kernel);
        for (ulong i = 1; i <= 1000; i++)
        {
            probe.Run(i);
            Assert.Equal(5 * i, *(ulong*)kernel["sum"]);
            AssertCalleeSaved(probe);
        }
    }

    [Fact]
    public void A_new_thread_begins_with_an_aligned_stack_and_no_frame_above()
    {
        using var kernel = new LoadedObject(KernelMethods.With(o =>
        {
            AddData(o);
            o.Add("other_thread", a =>
            {
                a.Cfi.None();
                a.mov(__qword_ptr[a["sum"]], rsp);
                a.mov(__qword_ptr[a["other_stack_pointer"]], rbp);
                a.lea(rdi, __[a["scratch"]]);
                a.mov(rsi, __qword_ptr[a["main_stack_pointer"]]);
                a.call(a["azalea_context_switch"]);
            });
            o.Add("scratch", a => a.Quadword(0), section: ".data");
            o.Add("switch_away", a =>
            {
                a.lea(rdi, __[a["main_stack_pointer"]]);
                a.mov(rsi, __qword_ptr[a["other_stack_pointer"]]);
                a.jmp(a["azalea_context_switch"]);
            });
        }));
        ulong* first = (ulong*)(kernel["other_stack"] + StackBytes) - 7;
        first[5] = (ulong)kernel["other_thread"];
        first[6] = (ulong)kernel["azalea_thread_entry"];
        *(ulong**)kernel["other_stack_pointer"] = first;

        ((delegate* unmanaged<void>)kernel["switch_away"])();
        Assert.Equal(8ul, *(ulong*)kernel["sum"] % 16); // as in every function behind its call
        Assert.Equal(0ul, *(ulong*)kernel["other_stack_pointer"]);
    }

    private const int StackBytes = 4096;

    private static void AddData(KernelObject o)
    {
        o.Add("main_stack_pointer", a => a.Quadword(0), section: ".data");
        o.Add("other_stack_pointer", a => a.Quadword(0), section: ".data");
        o.Add("sum", a => a.Quadword(0), section: ".data");
        o.Add("other_stack", a => a.Reserve(StackBytes), section: ".bss");
    }

    private static void AssertCalleeSaved(RegisterProbe probe)
    {
        foreach (int register in new[] { 3, RegisterProbe.Rsp, 5, 12, 13, 14, 15 })
            Assert.Equal(probe.Before.General[register], probe.After.General[register]);
    }
}
