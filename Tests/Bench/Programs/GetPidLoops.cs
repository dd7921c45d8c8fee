using AzaleaOS.Build.Assembler;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Bench.Programs;

/// <summary>Writes a Linux process without a C library that measures loops of calls and prints what one call takes.</summary>
/// <remarks>
/// <para>
/// Output: a line per loop, its name and the ticks of the time-stamp counter per call in thousandths.
/// Every loop makes 10,000 calls; the best of some rounds counts, since an interrupt only adds; what a
/// loop without a call takes is taken off. Under <c>-icount shift=0</c> a tick is an instruction.
/// </para>
/// <para>
/// As process 1 of a guest it then sends the exit record that tells the launcher that all went well,
/// and switches the machine off.
/// </para>
/// </remarks>
internal sealed class GetPidLoops(KernelAssembler a, int rounds)
{
    /// <summary>getpid(2).</summary>
    internal const int GetPid = 39;

    private const int Calls = 10_000;
    private const int Write = 1;
    private const int IoControl = 16;
    private const int Reboot = 169;
    private const int ExitGroup = 231;
    private const int BufferSize = 64;

    private readonly List<(Label Label, byte[] Bytes)> _texts = [];
    private Label _report = a.CreateLabel();
    private Label _print = a.CreateLabel();

    /// <summary>Writes the whole program.</summary>
    /// <param name="loops">Names, and the code of one call; it may change all registers but rbx, rsp, rbp and r12 to r15.</param>
    internal void WriteProgram(params ReadOnlySpan<(string Name, Action<KernelAssembler> Call)> loops)
    {
        Measure(_ => { });
        a.mov(r15, r14);
        foreach ((string name, Action<KernelAssembler> call) in loops)
        {
            Measure(call);
            a.sub(r14, r15);
            (Label text, int length) = Text(name + ' ');
            a.lea(rsi, __[text]);
            a.mov(edx, length);
            a.call(_report);
        }

        End();
        WriteReport();
        WritePrint();

        // Here code ends: who promotes the program has to know.
        a.Define("bench_texts");
        foreach ((Label label, byte[] bytes) in _texts)
        {
            Label here = label;
            a.Label(ref here);
            a.Bytes(bytes);
        }
    }

    /// <summary>r14 = ticks of the best round.</summary>
    private void Measure(Action<KernelAssembler> call)
    {
        Label round = a.CreateLabel();
        Label again = a.CreateLabel();
        a.mov(r14, -1);
        a.mov(r13d, rounds);
        a.Label(ref round);
        ReadTimestamp();
        a.mov(rbp, rax);
        a.mov(rbx, Calls);
        a.Label(ref again);
        call(a);
        a.dec(rbx);
        a.jne(again);
        ReadTimestamp();
        a.sub(rax, rbp);
        a.cmp(rax, r14);
        a.cmovb(r14, rax);
        a.dec(r13d);
        a.jne(round);
    }

    /// <summary>rax = the counter, after all instructions before it. Source: SDM vol. 2B, RDTSC.</summary>
    private void ReadTimestamp()
    {
        a.lfence();
        a.rdtsc();
        a.shl(rdx, 32);
        a.or(rax, rdx);
    }

    private void End()
    {
        Label isChild = a.CreateLabel();
        a.mov(eax, GetPid);
        a.syscall();
        a.cmp(eax, 1);
        a.jne(isChild);
        WriteLinesAsTheyAre();
        (Label record, int length) = Text("\u001eazalea: exit 0\n");
        a.lea(rsi, __[record]);
        a.mov(edx, length);
        a.call(_print);

        // Source: reboot(2).
        a.mov(edi, 0xfee1_dead);
        a.mov(esi, 0x2812_1969);
        a.mov(edx, 0x4321_fedc);
        a.mov(eax, Reboot);
        a.syscall();
        a.Label(ref isChild);
        a.xor(edi, edi);
        a.mov(eax, ExitGroup);
        a.syscall();
        a.ud2();
    }

    /// <summary>Tells the terminal not to put a carriage return before a line feed: the record ends with the status.</summary>
    /// <remarks>Source: tcgetattr(3), ioctl_tty(2); c_oflag is the second word of the kernel's struct termios.</remarks>
    private void WriteLinesAsTheyAre()
    {
        const int GetAttributes = 0x5401;
        const int SetAttributes = 0x5402;
        a.sub(rsp, BufferSize);
        Control(GetAttributes);
        a.mov(__dword_ptr[rsp + 4], 0);
        Control(SetAttributes);
        a.add(rsp, BufferSize);

        void Control(int request)
        {
            a.mov(edi, 1);
            a.mov(esi, request);
            a.mov(rdx, rsp);
            a.mov(eax, IoControl);
            a.syscall();
        }
    }

    /// <summary>Prints a name (rsi, rdx) and r14 as thousandths per call.</summary>
    private void WriteReport()
    {
        Label digit = a.CreateLabel();
        a.Label(ref _report);
        a.call(_print);
        a.sub(rsp, BufferSize);
        a.lea(rsi, __[rsp + BufferSize - 1]);
        a.mov(__byte_ptr[rsi], (sbyte)'\n');
        a.mov(rax, r14);
        a.mov(ecx, Calls / 1000);
        a.xor(edx, edx);
        a.div(rcx);
        a.mov(ecx, 10);
        a.Label(ref digit);
        a.xor(edx, edx);
        a.div(rcx);
        a.add(edx, '0');
        a.dec(rsi);
        a.mov(__byte_ptr[rsi], dl);
        a.test(rax, rax);
        a.jne(digit);
        a.lea(rdx, __[rsp + BufferSize]);
        a.sub(rdx, rsi);
        a.call(_print);
        a.add(rsp, BufferSize);
        a.ret();
    }

    /// <summary>Writes rdx bytes at rsi to standard output.</summary>
    private void WritePrint()
    {
        a.Label(ref _print);
        a.mov(edi, 1);
        a.mov(eax, Write);
        a.syscall();
        a.ret();
    }

    private (Label Label, int Length) Text(string text)
    {
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text);
        Label label = a.CreateLabel();
        _texts.Add((label, bytes));
        return (label, bytes.Length);
    }
}
