using System.Runtime;
using System.Runtime.CompilerServices;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Tests.Promises;

/// <summary>Registers and red zone are the same after an interrupt, and after a system call but for three.</summary>
internal static unsafe class RegistersKept
{
    private const int Rounds = 200;
    private const ulong GetPid = 39;
    private const ulong GetGroups = 115;
    private const ulong Unknown = 9999;

    internal static bool AcrossInterrupts()
    {
        for (int i = 0; i < Rounds; i++)
        {
            CoreBlock.Current->TimerInterrupts = 0;
            OneShotTimer.Arm(Instructions.ReadTimestamp() + (Tsc.Frequency / 20_000));
            if (Wait() != 0) continue;
            Log.Line($"lost in round {i}");
            return false;
        }
        return true;
    }

    /// <summary>An exception that is repaired by code which uses many registers.</summary>
    internal static bool AcrossExceptions()
    {
        Exceptions.Repair = &Skip;
        return Raise() != 0;
    }

    internal static bool AcrossSystemCalls()
        => IsKept(GetPid) && IsKept(GetGroups) && IsKept(Unknown);

    private static bool IsKept(ulong number)
    {
        if (Call(number) != 0) return true;
        Log.Line($"lost by system call {number}");
        return false;
    }

    private static bool Skip(TrapFrame* frame, ulong address)
    {
        const ulong InvalidOpcodeLength = 2;
        if (frame->Vector != Vector.InvalidOpcode) return false;

        // Formatting and copying use vector registers.
        LogMessage message = $"skipped {frame->Rip:x16} with {frame->Rsp}, {frame->Rax}";
        Log.Line($"{message.Written}");
        frame->Rip += InvalidOpcodeLength;
        return true;
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_test_exception")]
    private static extern int Raise();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_test_interrupt")]
    private static extern int Wait();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_test_system_call")]
    private static extern int Call(ulong number);
}
