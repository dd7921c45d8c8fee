using AzaleaOS.Build.Assembler;
using AzaleaOS.Build.Checking;
using AzaleaOS.Build.Compilation;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using AzaleaOS.Cpu;
using FsCheck.Xunit;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using Entries = AzaleaOS.Plugs.Assembler.SyscallEntry;

namespace AzaleaOS.Tests.Unit.Assembler;

public sealed unsafe class SyscallStubsTests
{
    private const int GetPid = 39;
    private const int StackBytes = 8192;
    private const int CallerSaved = 0x0fc7; // rax, rcx, rdx, rsi, rdi, r8..r11
    private const ulong NoSystemCall = unchecked((ulong)-38);

    private static readonly AssemblerRegister64[] s_general = [rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15];

    [Property(MaxTest = 60)]
    public void A_leaf_behind_syscall_changes_nothing_but_rax_rcx_and_r11(ushort changed, uint seed)
    {
        int clobbers = changed & ~(1 << RegisterProbe.Rsp);
        using LoadedObject kernel = Trap(
            [Call(GetPid, 0, leaf: true)],
            Use((GetPid, clobbers, 0)),
            o => o.Add("azalea_sys_39", a => Wreck(a, clobbers, 0, result: 42)));
        var probe = new RegisterProbe(kernel);
        Run(probe, GetPid, seed);
        Assert.Equal(42ul, probe.After.General[RegisterProbe.Rax]);
        probe.AssertUnchangedBut(RegisterProbe.Rax, RegisterProbe.Rcx, RegisterProbe.R11);
    }

    [Property(MaxTest = 60)]
    public void A_promoted_site_changes_nothing_but_rax_rcx_and_r11(bool leaf, ushort vectors, uint seed)
    {
        int number = leaf ? GetPid : 9;
        using LoadedObject kernel = Load(
            Sources(
                [Call(number, 0, leaf)],
                Use((number, CallerSaved, leaf ? (ushort)0 : vectors)),
                o => o.Add($"azalea_sys_{number}", a => Wreck(a, CallerSaved, leaf ? 0 : vectors, result: 42))),
            a =>
            {
                a.cld();
                a.call(a["azalea_promoted_entry"]);
            });
        var probe = new RegisterProbe(kernel);
        using var gs = new GsBase(kernel["core_block"]);
        Run(probe, (ulong)number, seed);
        Assert.Equal(42ul, probe.After.General[RegisterProbe.Rax]);
        probe.AssertRegistersUnchangedBut(RegisterProbe.Rax, RegisterProbe.Rcx, RegisterProbe.R11);
    }

    [Property(MaxTest = 60)]
    public void A_call_on_the_kernel_stack_changes_nothing_but_rax_rcx_and_r11(ushort vectors, uint seed)
    {
        using LoadedObject kernel = Trap(
            [Call(9, 6, leaf: false)],
            Use((9, CallerSaved, vectors)),
            o => o.Add("azalea_sys_9", a => Wreck(a, CallerSaved, vectors, result: 7)));
        var probe = new RegisterProbe(kernel);
        using var gs = new GsBase(kernel["core_block"]);
        Run(probe, 9, seed);
        Assert.Equal(7ul, probe.After.General[RegisterProbe.Rax]);
        probe.AssertUnchangedBut(RegisterProbe.Rax, RegisterProbe.Rcx, RegisterProbe.R11);
    }

    [Fact]
    public void A_method_about_which_nothing_is_known_is_taken_to_change_every_vector_register()
    {
        using LoadedObject kernel = Trap(
            [Call(9, 6, leaf: false)],
            Use(),
            o => o.Add("azalea_sys_9", a => Wreck(a, CallerSaved, 0xffff, result: 7)));
        var probe = new RegisterProbe(kernel);
        using var gs = new GsBase(kernel["core_block"]);
        Run(probe, 9, 3);
        probe.AssertUnchangedBut(RegisterProbe.Rax, RegisterProbe.Rcx, RegisterProbe.R11);
    }

    [Fact]
    public void A_method_that_sees_the_frame_finds_the_callers_registers_there()
    {
        using LoadedObject kernel = Trap([Call(9, 6, leaf: false) with { SeesFrame = true }], Use((9, CallerSaved, 0)), o => o.Add("azalea_sys_9", Record));
        var probe = new RegisterProbe(kernel);
        using var gs = new GsBase(kernel["core_block"]);
        Run(probe, 9, 77);

        ref VisibleState before = ref probe.Before;
        TrapFrame frame = *Frame(kernel);
        Assert.Equal(TrapFrame.SystemCallVector, frame.Vector);
        Assert.Equal(9ul, frame.Error);
        Assert.Equal((ulong)kernel["probe_return"], frame.Rip);
        Assert.Equal(before.Flags, frame.Rflags);
        Assert.Equal(before.General[RegisterProbe.Rsp], frame.Rsp);
        ulong[] seen = [frame.Rdx, frame.Rbx, frame.Rbp, frame.Rsi, frame.Rdi, frame.R8, frame.R9, frame.R10, frame.R12, frame.R13, frame.R14, frame.R15];
        int[] numbers = [2, 3, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15];
        for (int i = 0; i < seen.Length; i++)
            Assert.Equal(before.General[numbers[i]], seen[i]);
        AssertArguments(kernel, before, aligned: true);
    }

    [Fact]
    public void Every_method_finds_the_arguments_the_number_and_the_way_back_in_the_frame()
    {
        using LoadedObject kernel = Trap([Call(9, 6, leaf: false)], Use((9, CallerSaved, 0)), o => o.Add("azalea_sys_9", Record));
        var probe = new RegisterProbe(kernel);
        using var gs = new GsBase(kernel["core_block"]);
        Run(probe, 9, 78);

        ref VisibleState before = ref probe.Before;
        TrapFrame frame = *Frame(kernel);
        Assert.Equal((TrapFrame.SystemCallVector, 9ul, (ulong)kernel["probe_return"]), (frame.Vector, frame.Error, frame.Rip));
        Assert.Equal((before.Flags, before.General[RegisterProbe.Rsp]), (frame.Rflags, frame.Rsp));
        Assert.Equal((before.General[RegisterProbe.Rdi], before.General[RegisterProbe.Rsi], before.General[RegisterProbe.Rdx]), (frame.Rdi, frame.Rsi, frame.Rdx));
        Assert.Equal((before.General[RegisterProbe.R10], before.General[RegisterProbe.R8], before.General[RegisterProbe.R9]), (frame.R10, frame.R8, frame.R9));
    }

    [Fact]
    public void Arguments_that_a_method_writes_to_the_frame_are_what_the_caller_gets()
    {
        using LoadedObject kernel = Trap(
            [Call(15, 0, leaf: false)],
            Use((15, 1, 0)),
            o => o.Add("azalea_sys_15", a =>
            {
                a.lea(rcx, __[a["kernel_stack"] + (StackBytes - sizeof(TrapFrame))]);
                a.mov(eax, 1234);
                a.mov(__qword_ptr[rcx + Offset.Of<TrapFrame>(nameof(TrapFrame.R8))], rax);
                a.mov(__qword_ptr[rcx + Offset.Of<TrapFrame>(nameof(TrapFrame.Rdx))], rax);
                a.ret();
            }));
        var probe = new RegisterProbe(kernel);
        using var gs = new GsBase(kernel["core_block"]);
        Run(probe, 15, 5);
        Assert.Equal(1234ul, probe.After.General[RegisterProbe.R8]);
        Assert.Equal(1234ul, probe.After.General[RegisterProbe.Rdx]);
        probe.AssertUnchangedBut(RegisterProbe.Rax, RegisterProbe.Rcx, RegisterProbe.R11, RegisterProbe.Rdx, RegisterProbe.R8);
    }

    [Theory]
    [InlineData(6, false)]
    [InlineData(4, true)]
    [InlineData(6, true)]
    public void The_fourth_argument_arrives_where_C_has_it(int parameters, bool leaf)
    {
        using LoadedObject trap = Trap([Call(9, parameters, leaf)], Use((9, CallerSaved, 0)), o => o.Add("azalea_sys_9", Record));
        var probe = new RegisterProbe(trap);
        using (new GsBase(trap["core_block"]))
            Run(probe, 9, 1);
        AssertArguments(trap, probe.Before, aligned: !leaf);
        probe.AssertUnchangedBut(RegisterProbe.Rax, RegisterProbe.Rcx, RegisterProbe.R11);

        using LoadedObject call = Plain([Call(9, parameters, leaf)], Use((9, CallerSaved, 0)), o => o.Add("azalea_sys_9", Record));
        probe = new RegisterProbe(call);
        using (new GsBase(call["core_block"]))
            Run(probe, 9, 2);
        AssertArguments(call, probe.Before, aligned: !leaf);
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(38ul)]
    [InlineData(40ul)]
    [InlineData(1000ul)]
    [InlineData(0x4000_0027ul)]
    [InlineData(0xffff_fffful)]
    public void An_unknown_number_is_handed_to_the_one_method_for_all_of_them(ulong number)
    {
        SyscallEntry[] calls = [Call(GetPid, 0, leaf: true)];
        using LoadedObject trap = Trap(calls, Use((GetPid, 1, 0)), AddGetPid);
        using LoadedObject call = Plain(calls, Use((GetPid, 1, 0)), AddGetPid);
        foreach (LoadedObject kernel in new[] { trap, call })
        {
            var probe = new RegisterProbe(kernel);
            using var gs = new GsBase(kernel["core_block"]);
            Run(probe, number, 9);
            Assert.Equal(NoSystemCall, probe.After.General[RegisterProbe.Rax]);
            Assert.Equal(number, ((ulong*)kernel["seen"])[0]);
            if (kernel == trap)
                probe.AssertUnchangedBut(RegisterProbe.Rax, RegisterProbe.Rcx, RegisterProbe.R11);
        }
    }

    [Theory]
    [InlineData(0x1002ul, true)]
    [InlineData(0xffff_ffff_0000_1002ul, true)]
    [InlineData(0x1001ul, false)]
    [InlineData(0x1003ul, false)]
    [InlineData(0x0ffful, false)]
    [InlineData(0x8000_1002ul, false)]
    [InlineData(0xffff_fffful, false)]
    public void A_number_of_the_kernels_own_is_found_in_a_table_of_its_own(ulong number, bool isThere)
    {
        SyscallEntry[] calls = [Call(9, 6, leaf: false), Call(0x1002, 6, leaf: false), Call(0x1000, 0, leaf: true)];
        IReadOnlyDictionary<string, RegisterUse> use = Use((9, CallerSaved, 0xffff), (0x1002, CallerSaved, 0xffff), (0x1000, 1, 0));
        using LoadedObject trap = Trap(calls, use, AddMethods);
        using LoadedObject call = Plain(calls, use, AddMethods);
        foreach (LoadedObject kernel in new[] { trap, call })
        {
            var probe = new RegisterProbe(kernel);
            using var gs = new GsBase(kernel["core_block"]);
            Run(probe, number, 11);
            Assert.Equal(isThere ? 5 : NoSystemCall, probe.After.General[RegisterProbe.Rax]);
            if (isThere)
                AssertArguments(kernel, probe.Before, aligned: true);
            if (kernel == trap)
                probe.AssertUnchangedBut(RegisterProbe.Rax, RegisterProbe.Rcx, RegisterProbe.R11);
        }

        static void AddMethods(KernelObject o)
        {
            o.Add("azalea_sys_9", a => Wreck(a, CallerSaved, 0xffff, result: 7));
            o.Add("azalea_sys_4096", a => Wreck(a, 1, 0, result: 8));
            o.Add("azalea_sys_4098", Record);
        }
    }

    [Fact]
    public void Only_the_lower_half_of_rax_is_the_number()
    {
        SyscallEntry[] calls = [Call(GetPid, 0, leaf: true)];
        using LoadedObject trap = Trap(calls, Use((GetPid, 1, 0)), AddGetPid);
        using LoadedObject call = Plain(calls, Use((GetPid, 1, 0)), AddGetPid);
        foreach (LoadedObject kernel in new[] { trap, call })
        {
            var probe = new RegisterProbe(kernel);
            Run(probe, 0xdead_beef_0000_0000 + GetPid, 9);
            Assert.Equal(42ul, probe.After.General[RegisterProbe.Rax]);
        }
    }

    [Fact]
    public void A_kernel_without_calls_knows_no_number()
    {
        using LoadedObject kernel = Trap([], Use(), _ => { });
        var probe = new RegisterProbe(kernel);
        using var gs = new GsBase(kernel["core_block"]);
        Run(probe, 0, 9);
        Assert.Equal(NoSystemCall, probe.After.General[RegisterProbe.Rax]);
    }

    [Fact]
    public void The_call_form_gives_back_the_stack_and_the_callee_saved_registers_and_says_where_it_came_from()
    {
        using LoadedObject kernel = Plain([Call(9, 6, leaf: false)], Use((9, CallerSaved, 0xffff)), o => o.Add("azalea_sys_9", Record));
        var probe = new RegisterProbe(kernel);
        using var gs = new GsBase(kernel["core_block"]);
        Run(probe, 9, 4);
        foreach (int register in new[] { 3, RegisterProbe.Rsp, 5, 12, 13, 14, 15 })
            Assert.Equal(probe.Before.General[register], probe.After.General[register]);
        TrapFrame frame = *Frame(kernel);
        Assert.Equal(TrapFrame.CallVector, frame.Vector);
        Assert.Equal(9ul, frame.Error);
        Assert.Equal((ulong)kernel["behind_call"], frame.Rip);
        Assert.Equal(probe.Before.General[RegisterProbe.Rsp] - 128, frame.Rsp);
    }

    [Fact]
    public void C_code_makes_a_call_with_seven_arguments()
    {
        using LoadedObject kernel = Plain([Call(9, 6, leaf: false)], Use((9, CallerSaved, 0)), o => o.Add("azalea_sys_9", Record));
        using var gs = new GsBase(kernel["core_block"]);
        var call = (delegate* unmanaged<long, long, long, long, long, long, long, long>)kernel["azalea_syscall"];
        Assert.Equal(5, call(9, 11, 12, 13, 14, 15, 16));
        Assert.Equal([11, 12, 13, 14, 15, 16], new ReadOnlySpan<ulong>((ulong*)kernel["seen"], 6).ToArray());
    }

    [Fact]
    public void Getpid_takes_at_most_20_instructions_by_syscall_and_8_by_call()
    {
        KernelObject source = Sources([Call(GetPid, 0, leaf: true)], Use((GetPid, 1, 0)), AddGetPid);
        var file = ElfFile.Parse(source.ToArray(), "syscalls.o");
        const int Instruction = 1; // syscall, or call azalea_call_entry
        const int Method = 2; // mov eax, [pid]; ret
        int trap = Instruction + Count(file, "azalea_syscall_entry") + Count(file, "azalea_trap_39") + Method;
        int call = Instruction + Count(file, "azalea_call_entry") + Method;
        const int Stub = 3; // the call, cli, jmp
        int promoted = Stub + Count(file, "azalea_promoted_entry") + Count(file, "azalea_trap_39") + Method;
        Assert.True(trap <= 20, $"{trap} instructions by syscall");
        Assert.True(promoted <= 20, $"{promoted} instructions by a promoted site");
        Assert.True(call <= 8, $"{call} instructions by call");
        int linked = Instruction + Count(file, "azalea_linked_entry") + Count(file, "azalea_trap_39") + Method;
        Assert.True(linked < promoted, $"{linked} instructions by a linked program's call");
    }

    [Fact]
    public void A_leaf_of_three_parameters_is_in_the_call_table_itself()
    {
        var file = ElfFile.Parse(Sources([Call(3, 3, leaf: true)], Use((3, 1, 0)), _ => { }).ToArray(), "syscalls.o");
        ElfSymbol table = file.Symbols.Single(s => s.Name == "azalea_call_table");
        Assert.Contains(
            file.Relocations(file.Sections[table.SectionIndex]),
            r => r.Offset == table.Value + (3 * 8) && r.Symbol.Name == "azalea_sys_3" && r.Type == ElfRelocationType.Absolute64);
    }

    [Fact]
    public void The_same_calls_give_the_same_object_in_whatever_order_they_come()
    {
        SyscallEntry[] calls = [Call(1, 3, leaf: false), Call(GetPid, 0, leaf: true), Call(228, 2, leaf: true)];
        IReadOnlyDictionary<string, RegisterUse> use = Use((1, CallerSaved, 3), (GetPid, 1, 0), (228, 7, 0));
        var first = new KernelObject();
        SyscallStubs.Emit(calls, use, first);
        var second = new KernelObject();
        SyscallStubs.Emit([.. calls.Reverse()], use, second);
        Assert.Equal(first.ToArray(), second.ToArray());
    }

    [Fact]
    public void A_leaf_with_vector_registers_a_number_used_twice_and_a_leaf_nobody_checked_are_errors()
    {
        SyscallEntry[] calls = [Call(1, 3, leaf: true), Call(1, 3, leaf: false), Call(2, 0, leaf: true), Call(-1, 0, leaf: false), Call(3, 7, leaf: false)];
        var error = Assert.Throws<BuildException>(() => SyscallStubs.Emit(calls, Use((1, 1, 4)), new KernelObject()));
        Assert.Equal(["AZ3010", "AZ3011", "AZ3010", "AZ3012", "AZ3010"], error.Diagnostics.Select(d => d.Code));
    }

    private static SyscallEntry Call(int number, int parameters, bool leaf) => new(number, $"azalea_sys_{number}", $"Tests.Call{number}", parameters, leaf);

    private static Dictionary<string, RegisterUse> Use(params (int Number, int General, int Vector)[] uses)
        => uses.ToDictionary(u => $"azalea_sys_{u.Number}", u => new RegisterUse((ushort)u.General, (ushort)u.Vector));

    private static void AddGetPid(KernelObject o) => o.Add("azalea_sys_39", a =>
    {
        a.mov(eax, 42);
        a.ret();
    });

    /// <summary>A method that changes all it may.</summary>
    private static void Wreck(KernelAssembler a, int general, int vectors, int result)
    {
        for (int i = 0; i < 16; i++)
        {
            if ((general >> i & 1) != 0)
                a.mov(s_general[i], -1);
            if ((vectors >> i & 1) != 0)
                a.pcmpeqd(new AssemblerRegisterXMM(Register.XMM0 + i), new AssemblerRegisterXMM(Register.XMM0 + i));
        }

        a.mov(eax, result);
        a.test(eax, eax);
        a.stc();
        a.ret();
    }

    /// <summary>A method that stores its arguments and its rsp, changes the caller-saved registers and returns 5.</summary>
    private static void Record(KernelAssembler a)
    {
        AssemblerRegister64[] arguments = [rdi, rsi, rdx, rcx, r8, r9, rsp];
        for (int i = 0; i < arguments.Length; i++)
            a.mov(__qword_ptr[a["seen"] + (8 * i)], arguments[i]);
        Wreck(a, CallerSaved, 0, result: 5);
    }

    private static KernelObject Sources(SyscallEntry[] calls, IReadOnlyDictionary<string, RegisterUse> use, Action<KernelObject> addMethods)
    {
        var o = new KernelObject();
        SyscallStubs.Emit(calls, use, o);
        o.Add("azalea_syscall_on_kernel_stack", Entries.OnKernelStack);
        o.Add("azalea_syscall_out_of_range", Entries.OutOfRange);
        o.Add("azalea_complete_frame", Entries.CompleteFrame);
        o.Add("azalea_call_on_kernel_stack", Entries.CallOnKernelStack);
        o.Add("azalea_call_out_of_range", Entries.CallOutOfRange);
        o.Add("azalea_unknown_number", Entries.Unknown);
        o.Add("azalea_syscall", Entries.FromC);
        o.Add("azalea_sys_unknown", a =>
        {
            a.mov(__qword_ptr[a["seen"]], rdi);
            a.mov(rax, NoSystemCall);
            a.ret();
        });
        addMethods(o);
        return o;
    }

    private static LoadedObject Load(KernelObject o, Action<KernelAssembler> leave)
    {
        RegisterProbe.AddTo(o, leave);
        o.Add("seen", a => a.Reserve(7 * 8), section: ".bss");
        o.Add("core_block", a => a.Reserve(sizeof(CoreBlock)), section: ".bss");
        o.Add("kernel_stack", a => a.Reserve(StackBytes), section: ".bss");
        var loaded = new LoadedObject(o, inRing3: true);
        ((CoreBlock*)loaded["core_block"])->KernelStackTop = (ulong)(loaded["kernel_stack"] + StackBytes);
        return loaded;
    }

    /// <summary>What the processor does for SYSCALL, except for the privilege it does not need here.</summary>
    private static LoadedObject Trap(SyscallEntry[] calls, IReadOnlyDictionary<string, RegisterUse> use, Action<KernelObject> addMethods)
        => Load(Sources(calls, use, addMethods), a =>
        {
            a.lea(rsp, __[rsp - 136]);
            a.pushfq();
            a.pop(r11);
            a.lea(rsp, __[rsp + 136]);
            a.cld();
            a.lea(rcx, __[a["probe_return"]]);
            a.jmp(a["azalea_syscall_entry"]);
        });

    private static LoadedObject Plain(SyscallEntry[] calls, IReadOnlyDictionary<string, RegisterUse> use, Action<KernelObject> addMethods)
        => Load(Sources(calls, use, addMethods), a =>
        {
            a.cld();
            a.lea(rsp, __[rsp - 128]);
            a.call(a["azalea_call_entry"]);
            a.Define("behind_call");
            a.lea(rsp, __[rsp + 128]);
        });

    private static void Run(RegisterProbe probe, ulong number, ulong seed)
    {
        probe.Fill(seed);
        probe.Before.General[RegisterProbe.Rax] = number;
        probe.Again();
    }

    private static TrapFrame* Frame(LoadedObject kernel) => (TrapFrame*)(kernel["kernel_stack"] + StackBytes) - 1;

    private static void AssertArguments(LoadedObject kernel, in VisibleState before, bool aligned)
    {
        ulong* seen = (ulong*)kernel["seen"];
        int[] order = [RegisterProbe.Rdi, RegisterProbe.Rsi, RegisterProbe.Rdx, RegisterProbe.R10, RegisterProbe.R8, RegisterProbe.R9];
        fixed (ulong* general = before.General)
        {
            for (int i = 0; i < order.Length; i++)
                Assert.Equal(general[order[i]], seen[i]);
        }

        if (aligned)
            Assert.Equal(8ul, seen[6] % 16);
    }

    private static int Count(ElfFile file, string symbol)
    {
        ElfSymbol function = file.Symbols.Single(s => s.Name == symbol);
        byte[] code = file.Contents(file.Sections[function.SectionIndex]).Slice((int)function.Value, (int)function.Size).ToArray();
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(code));
        int count = 0;
        while (decoder.IP < (ulong)code.Length)
        {
            decoder.Decode(out _);
            count++;
        }

        return count;
    }
}
