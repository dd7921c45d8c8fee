using AzaleaOS.Build.Checking;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Tests.Unit.Elf;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Unit.Checking;

public sealed class CodeCheckerTests
{
    [Fact]
    public void Code_without_vector_registers_passes()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("root", a => { a.call(a["helper"]); a.ret(); })
            .Compiled("helper", a => { a.@lock.inc(__dword_ptr[rdi]); a.rep.movsb(); a.popcnt(rax, rdi); a.ret(); })
            .Compiled("elsewhere", a => { a.movups(xmm0, __[rdi]); a.ret(); });
        Assert.Empty(code.Errors(["root"]));
    }

    [Fact]
    public void A_vector_register_behind_a_chain_of_calls_is_an_error_that_names_the_chain()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("root", a => { a.call(a["first"]); a.ret(); })
            .Compiled("first", a => { a.test(edi, edi); a.jne(a["second"]); a.ret(); })
            .Compiled("second", a => a.jmp(a["third"]))
            .Compiled("third", a => { a.xorps(xmm3, xmm3); a.ret(); });
        BuildDiagnostic error = Assert.Single(code.Errors(["root"]));
        Assert.Equal("AZ4001", error.Code);
        Assert.Contains("third uses a vector register ('xorps xmm3,xmm3')", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("root -> first -> second -> third", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_calls_of_an_assembler_method_are_followed_too()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("root", a => { a.call(a["method"]); a.ret(); })
            .Assembled("method", a => { a.pxor(mm0, mm1); a.ret(); });
        Assert.Contains("root -> method", Assert.Single(code.Errors(["root"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_that_runs_on_into_the_next_is_followed()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("root", a => { a.call(a["inner"]); a.ret(); })
            .Assembled("outer", a => { a.nop(); a.Define("inner"); a.nop(); a.Define("behind"); a.addsd(xmm0, xmm1); a.ret(); });
        Assert.EndsWith("root -> inner -> behind", Assert.Single(code.Errors(["root"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("panic", true)]
    [InlineData("pan*", true)]
    [InlineData("other", false)]
    public void What_never_returns_is_not_followed(string pattern, bool passes)
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("root", a => { a.call(a["panic"]); a.int3(); })
            .Compiled("panic", a => { a.movups(xmm0, __[rdi]); a.hlt(); })
            .Compiled("unrelated", a => a.ret());
        Assert.Equal(passes, code.Errors(["root"], pattern).All(e => e.Code != "AZ4001"));
    }

    [Fact]
    public void Saving_and_loading_the_whole_vector_state_is_no_use_of_it()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("root", a => { a.call(a["save"]); a.ret(); })
            .Assembled("save", a => { a.xsave(__[rdi]); a.xrstor(__[rsi]); a.fxsave64(__[rdi]); a.fxrstor64(__[rdi]); a.ret(); });
        Assert.Empty(code.Errors(["root"]));
    }

    [Fact]
    public void A_call_through_a_pointer_may_reach_whatever_has_its_address_taken()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("root", a => { a.mov(rax, __[a["pointer"]]); a.call(rax); a.ret(); })
            .Compiled("setter", a => { a.lea(rax, __[a["target"]]); a.mov(__[a["pointer"]], rax); a.ret(); })
            .Compiled("target", a => { a.movaps(xmm1, xmm2); a.ret(); })
            .Compiled("other", a => { a.movaps(xmm1, xmm2); a.ret(); })
            .CompiledPointer("pointer", "root");
        Assert.EndsWith("root -> target", Assert.Single(code.Errors(["root"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pointer_in_data_counts_as_an_address_that_is_taken()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("root", a => { a.jmp(__qword_ptr[a["pointer"]]); })
            .Compiled("target", a => { a.movaps(xmm1, xmm2); a.ret(); })
            .CompiledPointer("pointer", "target");
        Assert.EndsWith("root -> target", Assert.Single(code.Errors(["root"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_that_only_the_processor_jumps_to_is_no_target_of_calls()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("root", a => { a.call(rdi); a.ret(); })
            .Compiled("setter", a => { a.lea(rax, __[a["stub"]]); a.ret(); })
            .Assembled("stub", a => { a.Cfi.InterruptEntry(errorCode: false); a.movaps(xmm1, xmm2); a.iretq(); });
        Assert.Empty(code.Errors(["root"]));
    }

    [Fact]
    public void A_call_of_a_symbol_that_nobody_defines_cannot_be_followed()
    {
        using CheckedCode code = new CheckedCode().Compiled("root", a => { a.call(a["memset"]); a.ret(); });
        BuildDiagnostic error = Assert.Single(code.Errors(["root"]));
        Assert.Equal("AZ4006", error.Code);
        Assert.Contains("root -> memset", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_that_does_not_exist_is_an_error()
    {
        using CheckedCode code = new CheckedCode().Compiled("root", a => a.ret());
        Assert.Equal("AZ4005", Assert.Single(code.Errors(["nothing"])).Code);
    }

    [Fact]
    public void Privileged_instructions_belong_to_assembler_methods()
    {
        Action<Build.Assembler.KernelAssembler>[] privileged =
        [
            a => a.cli(), a => a.sti(), a => a.hlt(), a => a.@in(al, dx), a => a.@out(dx, al), a => a.mov(cr3, rax), a => a.mov(rax, cr0),
            a => a.mov(dr7, rax), a => a.wrmsr(), a => a.rdmsr(), a => a.lgdt(__[rdi]), a => a.lidt(__[rdi]), a => a.ltr(di), a => a.invlpg(__[rdi]),
            a => a.wbinvd(), a => a.xsetbv(), a => a.clts(), a => a.swapgs(), a => a.vmcall(),
        ];
        foreach (Action<Build.Assembler.KernelAssembler> emit in privileged)
        {
            using CheckedCode compiled = new CheckedCode().Compiled("method", a => { emit(a); a.ret(); });
            BuildDiagnostic error = Assert.Single(compiled.Errors());
            Assert.Equal("AZ4002", error.Code);
            using CheckedCode assembled = new CheckedCode().Assembled("method", a => { emit(a); a.ret(); });
            Assert.Empty(assembled.Errors());
        }
    }

    [Fact]
    public void What_Knights_Landing_lacks_is_an_error()
    {
        (Action<Build.Assembler.KernelAssembler> Emit, string Feature)[] lacking =
        [
            (a => a.evex.vaddps(ymm16, ymm17, ymm18), "AVX512VL"),
            (a => a.vmovdqu32(xmm20, __[rdi]), "AVX512VL"),
            (a => a.vpaddb(zmm1, zmm2, zmm3), "AVX512BW"),
            (a => a.vpmullq(zmm1, zmm2, zmm3), "AVX512DQ"),
            (a => a.kmovq(k1, k2), "AVX512BW"),
            (a => a.vpopcntd(zmm1, zmm2), "AVX512_VPOPCNTDQ"),
            (a => a.clflushopt(__byte_ptr[rdi]), "CLFLUSHOPT"),
            (a => a.clwb(__byte_ptr[rdi]), "CLWB"),
            (a => a.sha1msg1(xmm1, xmm2), "SHA"),
            (a => a.rdpid(rax), "RDPID"),
            (a => a.rdpkru(), "PKU"),
            (a => a.vaesenc(ymm1, ymm2, ymm3), "VAES"),
            (a => a.xsavec(__[rdi]), "XSAVEC"),
        ];
        foreach ((Action<Build.Assembler.KernelAssembler> emit, string feature) in lacking)
        {
            using CheckedCode code = new CheckedCode().Compiled("method", a => { emit(a); a.ret(); });
            BuildDiagnostic error = Assert.Single(code.Errors());
            Assert.Equal("AZ4003", error.Code);
            Assert.Contains($"needs {feature}", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_Knights_Landing_has_passes()
    {
        using CheckedCode code = new CheckedCode().Compiled("method", a =>
        {
            a.vaddps(zmm1, zmm2, zmm3);
            a.evex.vaddsd(xmm16, xmm17, xmm18);
            a.kmovw(k1, eax);
            a.vpconflictd(zmm1, zmm2);
            a.vrcp28ps(zmm1, zmm2);
            a.vfmadd231ps(ymm1, ymm2, ymm3);
            a.vpaddd(ymm1, ymm2, ymm3);
            a.pdep(rax, rbx, rcx);
            a.movbe(rax, __[rdi]);
            a.rdrand(rax);
            a.rdseed(rax);
            a.adcx(rax, rbx);
            a.prefetchwt1(__[rdi]);
            a.xsaveopt(__[rdi]);
            a.rdfsbase(rax);
            a.cmpxchg16b(__[rdi]);
            a.ret();
        });
        Assert.Empty(code.Errors());
    }

    [Fact]
    public void An_assembler_method_that_csharp_calls_must_run_on_Knights_Landing_but_16_bit_code_is_not_looked_at()
    {
        using CheckedCode code = new CheckedCode()
            .Compiled("caller", a => { a.call(a["method"]); a.ret(); })
            .Assembled("method", a => { a.clwb(__byte_ptr[rdi]); a.ret(); })
            .Assembled("trampoline", a => { a.mov(ax, cx); a.lgdt(__[si]); a.ret(); }, bits: 16);
        Assert.Equal("AZ4003", Assert.Single(code.Errors()).Code);
    }

    [Fact]
    public void Bytes_that_are_no_instruction_are_an_error()
    {
        using CheckedCode code = new CheckedCode().Compiled("method", a => { a.db(0x06, 0x06); a.ret(); });
        Assert.Equal("AZ4004", Assert.Single(code.Errors()).Code);
    }

    [Fact]
    public void Errors_in_compiled_code_name_the_method_the_line_and_the_chain_as_CSharp_writes_them()
    {
        BuildException failure = Assert.Throws<BuildException>(() => CodeChecker.Check(new CheckRequest
        {
            Compiled = [CompiledSample.ObjectPath],
            Assemblies = [CompiledSample.Assembly],
            VectorFreeRoots = ["sample_root"],
        }));
        BuildDiagnostic error = Assert.Single(failure.Diagnostics, d => d.Code == "AZ4001");
        Assert.Equal("Sample.cs", Path.GetFileName(error.File));
        Assert.InRange(error.Line, CompiledSample.LineOf("private static void Zero"), CompiledSample.LineOf("bytes[n] = 1"));
        Assert.StartsWith("Sample.Calls.Zero uses a vector register", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Sample.Calls.Root -> Sample.Calls.Middle -> Sample.Calls.Zero", error.Message, StringComparison.Ordinal);
        Assert.Contains(failure.Diagnostics, d => d.Code == "AZ4006" && d.Line == CompiledSample.LineOf("Port.Out(n, n)"));
    }

    [Fact]
    public void All_cases_of_a_switch_are_followed()
    {
        BuildException failure = Assert.Throws<BuildException>(() => CodeChecker.Check(new CheckRequest
        {
            Compiled = [CompiledSample.ObjectPath],
            Assemblies = [CompiledSample.Assembly],
            VectorFreeRoots = ["sample_switch"],
            NeverReturn = ["sample_out", "RhpFallbackFailFast"],
        }));
        Assert.EndsWith("Sample.Calls.Switch -> Sample.Calls.Zero", Assert.Single(failure.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_pointer_of_CSharp_is_followed_to_the_methods_it_may_hold()
    {
        BuildException failure = Assert.Throws<BuildException>(() => CodeChecker.Check(new CheckRequest
        {
            Compiled = [CompiledSample.ObjectPath],
            Assemblies = [CompiledSample.Assembly],
            VectorFreeRoots = ["sample_call"],
        }));
        BuildDiagnostic error = Assert.Single(failure.Diagnostics);
        Assert.Contains("Sample.Calls.Call -> Sample.Calls.Handle -> sample_out", error.Message, StringComparison.Ordinal);
        Assert.Equal(CompiledSample.LineOf("/*handle*/"), error.Line);
    }
}
