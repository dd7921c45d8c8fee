using AzaleaOS.Build.Assembler;
using AzaleaOS.Cpu;
using AzaleaOS.Files;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>The vDSO: clocks and the core's number without a system call.</summary>
/// <remarks>
/// The functions use no stack and no vector register. What they cannot answer, such as a CPU-time clock, or any clock
/// before somebody asked for the counter's frequency, they ask the kernel.
/// Arguments and results are those of the system calls of the same names.
/// Sources: Linux, vdso(7); System V ABI for AMD64, 3.2.3.
/// </remarks>
internal static class VdsoFunctions
{
    private const int GetTimeOfDayNumber = 96;
    private const int TimeNumber = 201;
    private const int ClockGetTimeNumber = 228;
    private const int ClockGetResolutionNumber = 229;
    private const int NanosecondsPerSecond = 1_000_000_000;

    // REALTIME, MONOTONIC, MONOTONIC_RAW, REALTIME_COARSE, MONOTONIC_COARSE, BOOTTIME, TAI.
    private const int KnownClocks = 0x8f3;

    /// <remarks>In: edi clock; rsi timespec.</remarks>
    [VdsoMethod("clock_gettime")]
    internal static void ClockGetTime(KernelAssembler a)
    {
        Label ask = a.CreateLabel();
        a.cmp(edi, VdsoData.ClockCount);
        a.jae(ask);
        a.mov(edi, edi); // the upper half of an int argument is anything
        Read(a, ask, () =>
        {
            Split(a);
            a.mov(__qword_ptr[rsi], rdx);
            a.mov(__qword_ptr[rsi + 8], rcx);
            a.xor(eax, eax);
            a.ret();
        });
        a.Label(ref ask);
        Ask(a, ClockGetTimeNumber);
    }

    /// <remarks>In: rdi timeval or null; rsi timezone or null.</remarks>
    [VdsoMethod("gettimeofday")]
    internal static void GetTimeOfDay(KernelAssembler a)
    {
        Label ask = a.CreateLabel();
        Label zone = a.CreateLabel();
        Label done = a.CreateLabel();
        a.mov(r11, rdi);
        a.test(r11, r11);
        a.je(zone);
        a.xor(edi, edi); // CLOCK_REALTIME
        Read(a, ask, () =>
        {
            Split(a);
            a.mov(__qword_ptr[r11], rdx);

            // Divided by 1000, exact for numbers below 2^30.
            a.imul(rcx, rcx, 274_877_907);
            a.shr(rcx, 38);
            a.mov(__qword_ptr[r11 + 8], rcx);
            a.Label(ref zone);
            a.test(rsi, rsi);
            a.je(done);
            a.mov(__qword_ptr[rsi], 0);
            a.Label(ref done);
            a.xor(eax, eax);
            a.ret();
        });
        a.Label(ref ask);
        a.mov(rdi, r11);
        Ask(a, GetTimeOfDayNumber);
    }

    /// <remarks>In: rdi time_t or null.</remarks>
    [VdsoMethod("time")]
    internal static void Time(KernelAssembler a)
    {
        Label ask = a.CreateLabel();
        Label done = a.CreateLabel();
        a.mov(r11, rdi);
        a.xor(edi, edi); // CLOCK_REALTIME
        Read(a, ask, () =>
        {
            Split(a);
            a.mov(rax, rdx);
            a.test(r11, r11);
            a.je(done);
            a.mov(__qword_ptr[r11], rax);
            a.Label(ref done);
            a.ret();
        });
        a.Label(ref ask);
        a.mov(rdi, r11);
        Ask(a, TimeNumber);
    }

    /// <remarks>In: edi clock; rsi timespec or null.</remarks>
    [VdsoMethod("clock_getres")]
    internal static void ClockGetResolution(KernelAssembler a)
    {
        Label ask = a.CreateLabel();
        Label done = a.CreateLabel();
        a.cmp(edi, VdsoData.ClockCount);
        a.jae(ask);
        a.mov(eax, KnownClocks);
        a.bt(eax, edi);
        a.jae(ask);
        a.xor(eax, eax);
        a.test(rsi, rsi);
        a.je(done);
        a.mov(__qword_ptr[rsi], rax);
        a.mov(__qword_ptr[rsi + 8], 1);
        a.Label(ref done);
        a.ret();
        a.Label(ref ask);
        Ask(a, ClockGetResolutionNumber);
    }

    /// <remarks>In: rdi core or null; rsi node or null. Programs run in ring 0, so GS leads to the core's block here too.</remarks>
    [VdsoMethod("getcpu")]
    internal static void GetCpu(KernelAssembler a)
    {
        Label noCore = a.CreateLabel();
        Label done = a.CreateLabel();

        // One load for both: between two, the thread could move to another core.
        int index = Offset.Of<CoreBlock>(nameof(CoreBlock.Index));
        if (Offset.Of<CoreBlock>(nameof(CoreBlock.Node)) != index + 4 || index % 8 != 0)
            throw new InvalidOperationException("a core's number and its node are not in one word any more");
        a.mov(rcx, __qword_ptr.gs[index]);
        a.test(rdi, rdi);
        a.je(noCore);
        a.mov(__dword_ptr[rdi], ecx);
        a.Label(ref noCore);
        a.test(rsi, rsi);
        a.je(done);
        a.shr(rcx, 32);
        a.mov(__dword_ptr[rsi], ecx);
        a.Label(ref done);
        a.xor(eax, eax);
        a.ret();
    }

    /// <summary>getpid(2), for linked programs: an interrupt here is one of the application, so signals and other threads have their turn.</summary>
    [VdsoMethod("getpid", Slot = 39)]
    internal static void GetPid(KernelAssembler a)
    {
        a.mov(eax, Process.Id);
        a.ret();
    }

    /// <summary>gettid(2), for linked programs. One load through GS: between two, the thread could move to another core.</summary>
    [VdsoMethod("gettid", Slot = 186)]
    internal static void GetTid(KernelAssembler a)
    {
        a.mov(rax, __qword_ptr.gs[Offset.Of<CoreBlock>(nameof(CoreBlock.Running))]);
        a.mov(eax, __dword_ptr[rax + Offset.Of<AzaleaOS.Threads.Thread>(nameof(AzaleaOS.Threads.Thread.Id))]);
        a.ret();
    }

    /// <summary>Reads a clock.</summary>
    /// <remarks>In: rdi clock, below <see cref="VdsoData.ClockCount"/>. Out, for <paramref name="use"/>: rax nanoseconds. Clobbers rdx, r8, r9, r10.</remarks>
    private static void Read(KernelAssembler a, Label ask, Action use)
    {
        Label again = a.CreateLabel();
        Label wait = a.CreateLabel();
        Label early = a.CreateLabel();
        Label counted = a.CreateLabel();
        a.lea(r10, __[a["vdso_data"]]);
        a.Label(ref again);
        a.mov(r8d, __dword_ptr[r10 + At(nameof(VdsoData.Sequence))]);
        a.test(r8b, 1);
        a.jne(wait);
        a.mov(eax, __dword_ptr[r10 + At(nameof(VdsoData.Ready))]);
        a.bt(eax, edi);
        a.jae(ask);
        a.mov(r9, __qword_ptr[r10 + (rdi * 8) + At(nameof(VdsoData.Offsets))]);

        // Not before what the program did earlier: SDM vol. 2B, RDTSC.
        a.lfence();
        a.rdtsc();
        a.shl(rdx, 32);
        a.or(rax, rdx);
        a.sub(rax, __qword_ptr[r10 + At(nameof(VdsoData.Start))]);
        a.jb(early);
        a.Label(ref counted);
        a.mul(__qword_ptr[r10 + At(nameof(VdsoData.Rate))]);
        a.shrd(rax, rdx, 32);
        a.add(rax, r9);
        a.cmp(r8d, __dword_ptr[r10 + At(nameof(VdsoData.Sequence))]);
        a.jne(again);
        use();

        // A core whose counter is a little behind the boot core's: time does not begin before 0.
        a.Label(ref early);
        a.xor(eax, eax);
        a.jmp(counted);
        a.Label(ref wait);
        a.pause();
        a.jmp(again);
    }

    /// <summary>Divides by 10^9, with a multiplication.</summary>
    /// <remarks>In: rax nanoseconds. Out: rdx seconds, rcx the rest. Clobbers rax, r8.</remarks>
    private static void Split(KernelAssembler a)
    {
        a.mov(rcx, rax);
        a.shr(rax, 9);
        a.mov(r8, 0x44_b82f_a09b_5a53); // 2^75 / (10^9 / 2^9), rounded up: exact for all 64-bit numbers
        a.mul(r8);
        a.shr(rdx, 11);
        a.imul(rax, rdx, NanosecondsPerSecond);
        a.sub(rcx, rax);
    }

    private static void Ask(KernelAssembler a, int number)
    {
        a.mov(eax, number);
        a.syscall();
        a.ret();
    }

    private static int At(string field) => Offset.Of<VdsoData>(field);
}
