using System.Runtime;
using System.Runtime.CompilerServices;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Tests.Promises;

/// <summary>Everything here ends the machine with a report. To return is to break the promise.</summary>
internal static unsafe class Faults
{
    private const ulong ReturnInstruction = 0xc3;

    private static ulong s_data;
    private static int s_sink;

    internal static bool WriteNull()
    {
        *(ulong*)Hidden(0) = 1;
        return false;
    }

    internal static bool ReadPageZero()
    {
        s_sink = *(int*)Hidden(0xff8);
        return false;
    }

    internal static bool WriteText()
    {
        *(byte*)Hidden((ulong)(delegate*<bool>)&WriteText) = 0x90;
        return false;
    }

    internal static bool WriteConstant()
    {
        ReadOnlySpan<byte> constant = "constant"u8;
        fixed (byte* first = constant) *(byte*)Hidden((ulong)first) = (byte)'C';
        return false;
    }

    internal static bool ExecuteData()
    {
        s_data = ReturnInstruction;
        fixed (ulong* code = &s_data) ((delegate*<void>)Hidden((ulong)code))();
        return false;
    }

    internal static bool ExecuteStack()
    {
        ulong code = ReturnInstruction;
        ((delegate*<void>)Hidden((ulong)&code))();
        return false;
    }

    internal static bool OverflowStack() => Recurse(1) == 0;

    internal static bool DivideByZero()
    {
        Divide(null);
        return false;
    }

    internal static bool DivideByZeroOnCore() => RunOnLastAndWait(&Divide);

    internal static bool InvalidOpcode()
    {
        RaiseInvalidOpcode();
        return false;
    }

    internal static bool Breakpoint()
    {
        RaiseBreakpoint();
        return false;
    }

    internal static bool NonCanonical()
    {
        s_sink = *(int*)Hidden(0x8000_0000_0000_0000);
        return false;
    }

    /// <summary>An exception whose stack is gone.</summary>
    internal static bool DoubleFault()
    {
        CoreBlock.Current->Task.SetStack(InterruptStack.Exceptions, 0x1000);
        return WriteNull();
    }

    /// <summary>An interrupt that nobody can have sent.</summary>
    internal static bool NonMaskable()
    {
        LocalApic.SendNmi(LocalApic.ReadId());
        while (true) Instructions.Pause();
    }

    /// <summary>A report that fails itself.</summary>
    internal static bool FaultInReport()
    {
        Panic.StopOtherCores = &Fail;
        return WriteNull();
    }

    internal static bool GiveUp()
    {
        Panic.Because("this is a test"u8);
        return false;
    }

    internal static bool GiveUpOnCore() => RunOnLastAndWait(&GiveUp);

    internal static bool IndexOutOfRange()
    {
        ReadOnlySpan<byte> word = "word"u8;
        s_sink = word[(int)Hidden(4)];
        return false;
    }

    // The compiler must not see what the test knows.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong Hidden(ulong value) => value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Recurse(int depth) => depth == 0 ? 0 : Recurse(depth + 1) + depth;

    private static int Fail()
    {
        _ = WriteNull();
        return 0;
    }

    private static void Divide(void* argument) => s_sink = 1 / (int)Hidden(0);

    private static void GiveUp(void* argument) => Panic.Because("this is a test"u8);

    private static bool RunOnLastAndWait(delegate*<void*, void> function)
    {
        if (!Cores.WaitForAll() || !Cores.RunOn(Cores.Count - 1, function, null)) return false;
        while (true) Instructions.Pause();
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_test_invalid_opcode")]
    private static extern void RaiseInvalidOpcode();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_test_breakpoint")]
    private static extern void RaiseBreakpoint();
}
