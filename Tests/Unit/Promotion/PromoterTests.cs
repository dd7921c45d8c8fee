using AzaleaOS.Abi.Linux;
using AzaleaOS.Promotion;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using Assembly = Iced.Intel.Assembler;

namespace AzaleaOS.Tests.Unit.Promotion;

/// <summary>Which sites are promoted, which are not, and what becomes of those that are.</summary>
public sealed class PromoterTests
{
    private const int GetPid = 39;

    private static readonly Dictionary<string, (Action<Assembly> Emit, ulong[] Data, Refusal Refusal)> s_programs = new()
    {
        ["a number and the call"] = (a => Plain(a, GetPid), [], Refusal.None),
        ["a branch to the call itself"] = (
            a =>
            {
                Label site = a.CreateLabel();
                a.mov(eax, GetPid);
                a.Label(ref site);
                a.syscall();
                a.test(eax, eax);
                a.js(site);
                a.ret();
            },
            [],
            Refusal.None),
        ["a branch between the instructions before it"] = (
            a =>
            {
                Label middle = a.CreateLabel();
                a.xor(edi, edi);
                a.Label(ref middle);
                a.mov(eax, esi);
                a.syscall();
                a.test(eax, eax);
                a.js(middle);
                a.ret();
            },
            [],
            Refusal.JumpInto),
        ["a table of addresses that leads between them"] = (
            a =>
            {
                a.xor(edi, edi);
                a.mov(eax, esi);
                a.syscall();
                a.ret();
            },
            [7, TestProgram.Text + 2],
            Refusal.JumpInto),
        ["a branch before it"] = (
            a =>
            {
                Label next = a.CreateLabel();
                a.mov(eax, GetPid);
                a.jmp(next);
                a.Label(ref next);
                a.syscall();
                a.ret();
            },
            [],
            Refusal.ShortBlock),
        ["a value below the stack pointer"] = (
            a =>
            {
                a.mov(__[rsp - 8], rdi);
                Plain(a, GetPid, end: false);
                a.mov(rdi, __[rsp - 8]);
                a.ret();
            },
            [],
            Refusal.LiveRedZone),
        ["a value below a frame pointer that is the stack pointer"] = (
            a =>
            {
                a.push(rbp);
                a.mov(rbp, rsp);
                a.mov(__dword_ptr[rbp - 4], edi);
                Plain(a, GetPid, end: false);
                a.mov(edi, __[rbp - 4]);
                a.pop(rbp);
                a.ret();
            },
            [],
            Refusal.LiveRedZone),
        ["a value below a copy of a copy of the stack pointer"] = (
            a =>
            {
                a.mov(rdx, rsp);
                a.mov(rsi, rdx);
                a.mov(__qword_ptr[rsi - 16], rdi);
                Plain(a, GetPid);
            },
            [],
            Refusal.LiveRedZone),
        ["a frame with room"] = (
            a =>
            {
                a.push(rbp);
                a.mov(rbp, rsp);
                a.sub(rsp, 16);
                a.mov(__dword_ptr[rbp - 4], edi);
                Plain(a, GetPid, end: false);
                a.mov(edi, __[rbp - 4]);
                a.leave();
                a.ret();
            },
            [],
            Refusal.None),
        ["the direction flag"] = (
            a =>
            {
                a.std();
                Plain(a, GetPid);
            },
            [],
            Refusal.LiveRedZone),
        ["flags that are read behind it"] = (
            a =>
            {
                Label end = a.CreateLabel();
                a.cmp(edi, 3);
                a.mov(eax, GetPid);
                a.syscall();
                a.je(end);
                a.inc(edi);
                a.Label(ref end);
                a.ret();
            },
            [],
            Refusal.LiveFlags),
        ["flags that one instruction behind it leaves as they are"] = (
            a =>
            {
                a.cmp(edi, 3);
                a.mov(eax, GetPid);
                a.syscall();
                a.inc(edi); // not CF
                a.adc(edi, 0);
                a.ret();
            },
            [],
            Refusal.LiveFlags),
        ["rt_sigreturn"] = (a => Plain(a, 15), [], Refusal.SpecialCall),
        ["clone"] = (a => Plain(a, 56), [], Refusal.SpecialCall),
        ["vfork"] = (a => Plain(a, 58), [], Refusal.SpecialCall),
        ["clone3"] = (a => Plain(a, 435), [], Refusal.SpecialCall),
        ["clone as musl writes its number"] = (
            a =>
            {
                a.xor(eax, eax);
                a.mov(al, 56);
                a.mov(r11, rdi);
                a.syscall();
                a.ret();
            },
            [],
            Refusal.SpecialCall),
        ["a stack pointer that is none"] = (
            a =>
            {
                a.mov(rbx, rsp);
                a.mov(rsp, 0x1000);
                Plain(a, GetPid, end: false);
                a.mov(rsp, rbx);
                a.ret();
            },
            [],
            Refusal.StackMayBeGone),
        ["exit"] = (a => Plain(a, 60), [], Refusal.StackMayBeGone),
        ["memory that may fault"] = (
            a =>
            {
                a.mov(rdi, __[rbx]);
                a.syscall();
                a.ret();
            },
            [],
            Refusal.FixedInstruction),
        ["a push"] = (
            a =>
            {
                a.push(39);
                a.pop(rax);
                a.syscall();
                a.ret();
            },
            [],
            Refusal.FixedInstruction),
        ["the stack pointer's value"] = (
            a =>
            {
                a.mov(rdi, rsp);
                a.syscall();
                a.ret();
            },
            [],
            Refusal.FixedInstruction),
        ["a cancellation point of musl"] = (
            a =>
            {
                a.mov(r8, __[rsp + 8]);
                a.mov(r9, __[rsp + 16]);
                a.mov(__[rsp + 8], r11);
                a.syscall();
                a.ret();
            },
            [],
            Refusal.CancellationPoint),
        ["a number that is loaded before memory that may fault"] = (
            a =>
            {
                a.mov(eax, GetPid);
                a.mov(__[rbx + 16], rsi);
                a.syscall();
                a.ret();
            },
            [],
            Refusal.None),
        ["a number that the memory is given"] = (
            a =>
            {
                a.mov(eax, GetPid);
                a.mov(__[rbx + 16], rax);
                a.syscall();
                a.ret();
            },
            [],
            Refusal.FixedInstruction),
        ["a number that stands before a saved register"] = (
            a =>
            {
                a.mov(eax, GetPid);
                a.push(rbx);
                a.mov(rdi, __[rbx]);
                a.syscall();
                a.pop(rbx);
                a.ret();
            },
            [],
            Refusal.FixedInstruction),
        ["a branch to memory that may fault"] = (
            a =>
            {
                Label store = a.CreateLabel();
                a.mov(eax, GetPid);
                a.Label(ref store);
                a.mov(__[rbx + 16], rsi);
                a.syscall();
                a.test(eax, eax);
                a.js(store);
                a.ret();
            },
            [],
            Refusal.FixedInstruction),
        ["two bytes, and an instruction behind the call"] = (a => Around(a, () => a.xor(eax, eax)), [], Refusal.None),
        ["two bytes, and a number from a register"] = (a => Around(a, () => a.mov(eax, edi)), [], Refusal.JumpInto),
        ["two bytes, and a call that does not come back"] = (
            a =>
            {
                a.mov(edx, 60);
                Around(a, () => a.mov(eax, edx));
            },
            [],
            Refusal.StackMayBeGone),
        ["two bytes, and a number that the function loads once"] = (
            a =>
            {
                Label site = a.CreateLabel();
                a.mov(edx, 231);
                a.jmp(site);
                a.Label(ref site);
                Around(a, () => a.mov(eax, edx));
            },
            [],
            Refusal.None),
        ["two bytes, and a number that the function loads twice"] = (
            a =>
            {
                Label site = a.CreateLabel();
                Label other = a.CreateLabel();
                a.mov(edx, 231);
                a.test(edi, edi);
                a.je(site);
                a.Label(ref other);
                a.mov(edx, 56);
                a.Label(ref site);
                Around(a, () => a.mov(eax, edx));
            },
            [],
            Refusal.JumpInto),
        ["two bytes, and a branch to what is behind the call"] = (
            a =>
            {
                Label behind = a.CreateLabel();
                a.test(edi, edi);
                a.je(behind);
                a.xor(eax, eax);
                a.syscall();
                a.Label(ref behind);
                a.cmp(rax, -4096);
                a.ret();
            },
            [],
            Refusal.ShortBlock),
        ["an array on the stack that is read from its end"] = (
            a =>
            {
                a.sub(rsp, 64);
                a.mov(rbp, rsp);
                a.cmp(__byte_ptr[rbp + rdi - 1], 3);
                Plain(a, GetPid, end: false);
                a.add(rsp, 64);
                a.ret();
            },
            [],
            Refusal.None),
        ["an array on the stack that is written from its end"] = (
            a =>
            {
                a.sub(rsp, 64);
                a.mov(rbp, rsp);
                a.mov(__byte_ptr[rbp + rdi - 1], 3);
                Plain(a, GetPid, end: false);
                a.add(rsp, 64);
                a.ret();
            },
            [],
            Refusal.LiveRedZone),
        ["bytes that are no instruction"] = (
            a =>
            {
                Plain(a, GetPid);
                a.db(0x06);
            },
            [],
            Refusal.UncertainCode),
    };

    public static TheoryData<string> Programs => [.. s_programs.Keys];

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_site_is_promoted_only_where_that_is_safe(string name)
    {
        (Action<Assembly> emit, ulong[] data, Refusal refusal) = s_programs[name];
        PromotionResult result = Promoter.Promote(TestProgram.Create(emit, data));
        Assert.Equal(refusal, Assert.Single(result.Sites).Refusal);
    }

    [Fact]
    public void The_call_that_unmaps_a_stack_is_left_alone_where_the_thread_ends_behind_it()
    {
        PromotionResult result = Promoter.Promote(TestProgram.Create(a =>
        {
            Plain(a, 11, end: false);
            Plain(a, 60);
        }));
        Assert.Equal([Refusal.StackMayBeGone, Refusal.StackMayBeGone], result.Sites.Select(site => site.Refusal));
        Assert.Equal([11L, 60L], result.Sites.Select(site => site.Number));
    }

    [Fact]
    public void The_bytes_of_syscall_inside_an_instruction_are_no_site()
        => Assert.Empty(Promoter.Promote(TestProgram.Create(a =>
        {
            a.mov(eax, 0x050f);
            a.ret();
        })).Sites);

    [Fact]
    public void A_promoted_site_calls_its_stub_and_still_ends_with_syscall()
    {
        PromotionResult result = Promoter.Promote(TestProgram.Create(a => Plain(a, GetPid)));
        PromotionSite site = Assert.Single(result.Sites);
        Instruction call = TestProgram.Decode(result.File, TestProgram.Text, 1)[0];
        Assert.Equal((Code.Call_rel32_64, site.Stub, site.Address + 2), (call.Code, call.NearBranchTarget, call.NextIP));
        Assert.Equal(Code.Syscall, TestProgram.Decode(result.File, site.Address, 1)[0].Code);

        Instruction[] stub = TestProgram.Decode(result.File, site.Stub, 3);
        Assert.Equal([Code.Mov_r32_imm32, Code.Syscall, Code.Retnq], stub.Select(instruction => instruction.Code));
        Assert.Equal((uint)GetPid, stub[0].Immediate32);
    }

    [Fact]
    public void What_may_fault_stays_in_its_function_and_the_number_moves()
    {
        PromotionResult result = Promoter.Promote(TestProgram.Create(a =>
        {
            a.mov(eax, GetPid);
            a.mov(__[rbx + 16], rsi);
            a.syscall();
            a.ret();
        }));
        PromotionSite site = Assert.Single(result.Sites);
        Instruction[] code = TestProgram.Decode(result.File, TestProgram.Text, 3);
        Assert.Equal([Code.Mov_rm64_r64, Code.Call_rel32_64, Code.Retnq], code.Select(instruction => instruction.Code));
        Assert.Equal((16ul, site.Stub, site.Address + 2), (code[0].MemoryDisplacement64, code[1].NearBranchTarget, code[1].NextIP));
        Assert.Equal((uint)GetPid, TestProgram.Decode(result.File, site.Stub, 1)[0].Immediate32);
    }

    [Fact]
    public void Where_there_is_too_little_room_before_a_site_what_follows_moves_with_it()
    {
        PromotionResult result = Promoter.Promote(TestProgram.Create(a => Around(a, () => a.xor(eax, eax))));
        PromotionSite site = Assert.Single(result.Sites);
        Instruction[] code = TestProgram.Decode(result.File, TestProgram.Text, 2);
        Assert.Equal(site.Stub, code[1].NearBranchTarget);
        Assert.Equal(site.Address + 2 + 6, code[1].NextIP);

        Instruction[] relay = TestProgram.Decode(result.File, site.Stub, 4);
        Assert.Equal([Code.Xor_rm32_r32, Code.Call_rel32_64, Code.Cmp_RAX_imm32, Code.Retnq], relay.Select(instruction => instruction.Code));
        Assert.Equal(Code.Syscall, TestProgram.Decode(result.File, relay[2].IP - 2, 1)[0].Code);
        Assert.Equal(Code.Syscall, TestProgram.Decode(result.File, relay[1].NearBranchTarget, 1)[0].Code);
    }

    [Fact]
    public void What_moves_to_a_stub_finds_the_same_memory_there()
    {
        const ulong LoadBytes = 7;
        byte[] file = TestProgram.Create(a =>
        {
            a.mov(r9, __[rsp + 8]);
            a.syscall();
            a.lea(rdi, __[rsp + 0x7c]);
            a.syscall();
            Label value = a.CreateLabel();
            a.mov(rsi, __[value]);
            a.syscall();
            a.ret();
            a.Label(ref value);
            a.dq(0UL);
        });
        PromotionResult result = Promoter.Promote(file);
        Assert.Equal(3, result.Promoted);
        Instruction[] moved = [.. result.Sites.Select(site => TestProgram.Decode(result.File, site.Stub, 1)[0])];
        Assert.Equal((Register.RSP, 16ul), (moved[0].MemoryBase, moved[0].MemoryDisplacement64));
        Assert.Equal((Code.Lea_r64_m, 0x84ul), (moved[1].Code, moved[1].MemoryDisplacement64));
        Instruction original = TestProgram.Decode(file, result.Sites[2].Address - LoadBytes, 1)[0];
        Assert.Equal(original.IPRelativeMemoryAddress, moved[2].IPRelativeMemoryAddress);
    }

    [Fact]
    public void A_program_that_uses_the_addresses_of_the_stubs_stays_as_it_is()
    {
        ElfProgramHeader taken = TestProgram.Load(ElfConstants.FlagRead, 0x2000, TestProgram.Text + 0x50f_0000, 0x1000);
        byte[] file = TestProgram.Create(a => Plain(a, GetPid), null, taken with { MemorySize = 0x4_0000 });
        PromotionResult result = Promoter.Promote(file);
        Assert.Equal(Refusal.NoRoom, Assert.Single(result.Sites).Refusal);
        Assert.Equal(file, result.File);
    }

    [Fact]
    public void Stubs_are_in_segments_that_nobody_can_write_where_their_sites_reach_them()
    {
        PromotionResult result = Promoter.Promote(TestProgram.Create(a => Plain(a, GetPid)));
        var program = new ElfHeaderView(result.File);
        Assert.All(program.Segments.Skip(3).Where(segment => segment.Type == ElfConstants.SegmentLoad), segment =>
            Assert.Equal(0u, segment.Flags & ElfConstants.FlagWrite));
        Assert.InRange(Assert.Single(result.Sites).Stub - (TestProgram.Text + 7), 0x50f_0000ul, 0x50f_fffful);
    }

    [Fact]
    public void A_promoted_program_is_not_promoted_again()
    {
        byte[] once = Promoter.Promote(TestProgram.Create(a => Plain(a, GetPid))).File;
        Assert.Equal("promoted already", Assert.Throws<PromotionException>(() => Promoter.Promote(once)).Message);
    }

    [Theory]
    [InlineData("not an ELF file", 0)]
    [InlineData("it ends before its headers say", 100)]
    public void A_file_that_is_cut_off_is_refused(string message, int length)
        => Assert.Equal(message, Assert.Throws<PromotionException>(() => Promoter.Promote(TestProgram.Create(a => Plain(a, GetPid))[..length])).Message);

    [Fact]
    public void Of_busybox_at_least_95_percent_is_promoted_and_it_works_on_Linux_too()
    {
        PromotionResult result = Promoter.Promote(File.ReadAllBytes("/bin/busybox"));
        Assert.InRange((double)result.Promoted / result.Sites.Count, 0.95, 1);
        Assert.Contains(result.Sites, site => site is { Number: 15, Refusal: Refusal.SpecialCall });

        string path = Path.Combine(Directory.CreateTempSubdirectory("azalea-promoted").FullName, "busybox");
        try
        {
            File.Copy("/bin/busybox", path);
            File.WriteAllBytes(path, result.File);
            string[] script = ["sh", "-c", "for i in 1 2 3; do echo $i | sha256sum; done; ls /proc/self | sort | head -3; (exit 7) || echo $?"];
            Assert.Equal(Output("/bin/busybox", script), Output(path, script));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    private static string Output(string program, string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return $"{process.ExitCode}\n{output}";
    }

    /// <summary>A call as C libraries make it, with its number in two bytes: control comes from a branch.</summary>
    private static void Around(Assembly a, Action number)
    {
        number();
        a.syscall();
        a.db(0x48, 0x3d, 0x00, 0xf0, 0xff, 0xff); // cmp rax, -4096, as gas writes it
        a.ret();
    }

    private static void Plain(Assembly a, int number, bool end = true)
    {
        a.mov(eax, number);
        a.syscall();
        if (end)
            a.ret();
    }
}
