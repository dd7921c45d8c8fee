using AzaleaOS.Build.Assembler;
using AzaleaOS.Build.Checking;
using AzaleaOS.Tests.Unit.Assembler;
using AzaleaOS.Tests.Unit.Elf;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Unit.Checking;

public sealed class RegisterUseTests
{
    private const int Rax = 1 << 0;
    private const int Rcx = 1 << 1;
    private const int Rdx = 1 << 2;
    private const int Rbx = 1 << 3;
    private const int Rbp = 1 << 5;
    private const int Rsi = 1 << 6;
    private const int R12 = 1 << 12;

    [Fact]
    public void A_constant_changes_rax_alone()
        => AssertUse(Rax, 0, a => { a.mov(eax, 42); a.ret(); });

    [Fact]
    public void What_is_pushed_and_popped_is_unchanged()
        => AssertUse(Rax, 0, a =>
        {
            a.push(rbx);
            a.push(rbp);
            a.mov(rbp, rsp);
            a.sub(rsp, 32);
            a.mov(__[rsp + 8], r12);
            a.mov(ebx, 1);
            a.mov(r12, rbx);
            a.mov(rax, r12);
            a.mov(r12, __[rbp - 24]);
            a.leave();
            a.pop(rbx);
            a.ret();
        });

    [Fact]
    public void What_is_popped_into_another_register_is_changed()
        => AssertUse(Rbx | Rbp, 0, a => { a.push(rbx); a.push(rbp); a.pop(rbx); a.pop(rbp); a.ret(); });

    [Fact]
    public void What_one_path_changes_is_changed()
        => AssertUse(Rcx | Rdx, 0, a =>
        {
            Label other = a.CreateLabel();
            a.test(edi, edi);
            a.je(other);
            a.mov(ecx, 1);
            a.ret();
            a.Label(ref other);
            a.cmovne(rdx, rcx);
            a.ret();
        });

    [Fact]
    public void A_saved_register_that_is_overwritten_on_the_stack_is_changed()
        => AssertUse(Rbx | Rax, 0, a => { a.push(rbx); a.mov(eax, 1); a.mov(__byte_ptr[rsp + 3], al); a.pop(rbx); a.ret(); });

    [Fact]
    public void Vector_registers_count_when_they_are_written()
        => AssertUse(0, (1 << 2) | (1 << 11), a => { a.movaps(xmm2, xmm5); a.movups(__[rdi], xmm7); a.addsd(xmm11, xmm2); a.ret(); });

    [Fact]
    public void The_lower_halves_stay_when_the_upper_ones_are_cleared()
        => AssertUse(0, 0, a => { a.vzeroupper(); a.ret(); });

    [Fact]
    public void What_is_called_counts_unless_it_is_saved_around_the_call()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("root", a => { a.push(rsi); a.call(a["callee"]); a.pop(rsi); a.ret(); })
            .Compiled("callee", a => { a.mov(esi, 1); a.mov(ecx, 1); a.xorps(xmm1, xmm1); a.jmp(a["tail"]); })
            .Compiled("tail", a => { a.mov(r12, rax); a.ret(); });
        Assert.Equal(new RegisterUse(Rcx | R12, 2), code.Use("root"));
        Assert.Equal(new RegisterUse(Rcx | R12 | Rsi, 2), code.Use("callee"));
    }

    [Fact]
    public void Functions_that_call_each_other_are_solved_together()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("even", a => { Leave(a); a.mov(ecx, 1); a.call(a["odd"]); a.ret(); })
            .Compiled("odd", a => { Leave(a); a.mov(edx, 1); a.call(a["even"]); a.ret(); });
        Assert.Equal(new RegisterUse(Rcx | Rdx, 0), code.Use("even"));
        Assert.Equal(new RegisterUse(Rcx | Rdx, 0), code.Use("odd"));

        static void Leave(KernelAssembler a)
        {
            Label on = a.CreateLabel();
            a.test(edi, edi);
            a.jne(on);
            a.ret();
            a.Label(ref on);
        }
    }

    [Fact]
    public void A_path_that_never_returns_changes_nothing()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("root", a =>
            {
                Label fine = a.CreateLabel();
                a.test(edi, edi);
                a.je(fine);
                a.mov(r12, rdi);
                a.call(a["panic"]);
                a.int3();
                a.Label(ref fine);
                a.ret();
            })
            .Compiled("panic", a => { a.xorps(xmm0, xmm0); a.ret(); });
        Assert.Equal(default, code.Use("root", "panic"));
    }

    [Fact]
    public void Code_that_nobody_knows_may_change_all_that_a_call_may_change()
    {
        using CheckedCode code = new CheckedCode().Compiled("root", a => { a.push(rax); a.call(a["unknown"]); a.pop(rcx); a.ret(); });
        Assert.Equal(RegisterUse.CallerSaved, code.Use("root"));
    }

    [Fact]
    public void A_call_through_a_pointer_may_change_what_its_possible_targets_change()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("root", a => { a.call(rdi); a.ret(); })
            .Compiled("setter", a => { a.lea(rax, __[a["target"]]); a.ret(); })
            .Compiled("target", a => { a.mov(edx, 1); a.xorps(xmm4, xmm4); a.ret(); });
        Assert.Equal(new RegisterUse(Rdx, 1 << 4), code.Use("root"));
    }

    [Fact]
    public void No_pointer_leads_to_an_entry_of_the_application()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("root", a => { a.call(rdi); a.ret(); })
            .Compiled("setter", a => { a.lea(rax, __[a["target"]]); a.lea(rcx, __[a["azalea_promoted_trace_entry"]]); a.ret(); })
            .Compiled("target", a => { a.mov(edx, 1); a.ret(); })
            .Compiled("azalea_promoted_trace_entry", a => { a.mov(ebx, 1); a.xorps(xmm4, xmm4); a.ret(); });
        Assert.Equal(new RegisterUse(Rdx, 0), code.Use("root"));
    }

    [Fact]
    public void A_function_that_switches_stacks_may_change_everything()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("root", a => { a.call(a["switch"]); a.ret(); })
            .Assembled("switch", a => { a.mov(__[rdi], rsp); a.mov(rsp, rsi); a.Cfi.Cfa(rsp, 8); a.ret(); });
        Assert.Equal(RegisterUse.Everything, code.Use("root"));
    }

    [Fact]
    public void A_leaf_of_CSharp_is_seen_as_the_compiler_wrote_it()
    {
        CheckResult result = CodeChecker.Check(new CheckRequest { Compiled = [CompiledSample.ObjectPath], Roots = ["sample_leaf", "sample_switch", "sample_deep"] });
        Assert.Equal(new RegisterUse(Rax, 0), result.RegisterUse["sample_leaf"]);

        // The compiler keeps the convention: rbx, rbp and r12 to r15 come back unchanged.
        Assert.Equal(RegisterUse.CallerSaved, result.RegisterUse["sample_switch"]);
        Assert.Equal(RegisterUse.CallerSaved, result.RegisterUse["sample_deep"]);
    }

    /// <summary>Random programs are analysed, then really run: no register may change that the analysis did not name.</summary>
    [Property(MaxTest = 150)]
    public Property Running_the_code_never_changes_a_register_that_the_analysis_did_not_name()
        => Prop.ForAll(RandomProgram.Generator.ToArbitrary(), program =>
        {
            using var code = new CheckedCode();
            var loadable = new KernelObject();
            foreach ((string name, RandomProgram body) in new[] { ("root", program), ("callee", program.Callee!) })
            {
                code.Compiled(name, body.Emit);
                loadable.Add(name, body.Emit);
            }

            RegisterProbe.AddTo(loadable, a => a.call(a["root"]));
            RegisterUse use = code.Use("root");
            using var loaded = new LoadedObject(loadable);
            var probe = new RegisterProbe(loaded);
            foreach (ulong seed in new ulong[] { 1, 0x0101_0203_0508_0d15, ulong.MaxValue })
            {
                probe.Run(seed);
                AssertNamed(use, probe, program);
            }
        });

    private static unsafe void AssertNamed(RegisterUse use, RegisterProbe probe, RandomProgram program)
    {
        ref VisibleState before = ref probe.Before;
        ref VisibleState after = ref probe.After;
        for (int i = 0; i < 16; i++)
        {
            Assert.True((use.General & (1 << i)) != 0 || before.General[i] == after.General[i], $"general register {i} changed: {program}");
            Assert.True((use.Vector & (1 << i)) != 0 || (before.Xmm[2 * i] == after.Xmm[2 * i] && before.Xmm[(2 * i) + 1] == after.Xmm[(2 * i) + 1]), $"xmm{i} changed: {program}");
        }
    }

    private static void AssertUse(int general, int vector, Action<KernelAssembler> emit)
    {
        using CheckedCode code = new CheckedCode().Compiled("root", emit);
        Assert.Equal(new RegisterUse((ushort)general, (ushort)vector), code.Use("root"));
    }
}
