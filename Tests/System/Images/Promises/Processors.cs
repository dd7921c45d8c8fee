using System.Runtime;
using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Tests.Promises;

/// <summary>What holds for every core.</summary>
internal static unsafe class Processors
{
    private const int Rounds = 20;

    private static int s_ran;
    private static int s_wrong;

    /// <summary>Every core answers an interrupt, again and again.</summary>
    internal static bool Ping()
    {
        if (!Cores.WaitForAll()) return false;
        for (int i = 0; i < Rounds; i++)
        {
            int answers = Cores.Ping();
            if (answers == Cores.Count) continue;
            Log.Line($"round {i}: {answers} of {Cores.Count} answered");
            return false;
        }
        return true;
    }

    /// <summary>Every core runs a function it is given, and knows who it is.</summary>
    internal static bool RunOnAll()
    {
        if (!Cores.WaitForAll()) return false;
        for (int round = 0; round < Rounds; round++)
        {
            if (!RunEverywhere(&CountAndCheck)) return false;
        }
        return Volatile.Read(ref s_wrong) == 0;
    }

    /// <summary>Every core has its vector units on, with the same components.</summary>
    internal static bool UseVectorsOnAll()
    {
        if (!Cores.WaitForAll() || !RunEverywhere(&UseVectors)) return false;
        UseVectors(null);
        Log.Line($"vector state: components 0x{VectorState.Components:x}, {VectorState.Size} bytes");
        return Volatile.Read(ref s_wrong) == 0 && VectorState.Size >= VectorState.LegacySize;
    }

    /// <summary>Runs a function on all other cores and waits until each has called <see cref="CountRun"/>.</summary>
    internal static bool RunEverywhere(delegate*<void*, void> function)
    {
        Volatile.Write(ref s_ran, 0);
        for (int i = 1; i < Cores.Count; i++)
        {
            while (!Cores.RunOn(i, function, (void*)i)) Instructions.Pause();
        }
        while (Volatile.Read(ref s_ran) < Cores.Count - 1) Instructions.Pause();
        return true;
    }

    /// <summary>Says that a core has run its function.</summary>
    internal static void CountRun() => Interlocked.Increment(ref s_ran);

    private static void CountAndCheck(void* argument)
    {
        CoreBlock* core = CoreBlock.Current;
        bool right = core->Self == core && core->Index == (int)argument && core == Cores.Block(core->Index)
            && core->ApicId == CpuFeatures.ReadApicId().Value && core->ApicId == LocalApic.ReadId().Value;
        if (!right) Interlocked.Increment(ref s_wrong);
        CountRun();
    }

    private static void UseVectors(void* argument)
    {
        const ulong AvxComponent = 1 << 2;
        if ((VectorState.Components & AvxComponent) != 0)
        {
            Eight values = default;
            Eight ones = default;
            for (int i = 0; i < 8; i++)
            {
                values[i] = i;
                ones[i] = 1;
            }
            AddOnes(&values, &ones);
            for (int i = 0; i < 8; i++)
            {
                if (values[i] != i + 1) Interlocked.Increment(ref s_wrong);
            }
        }
        if (VectorState.Components != 0 && Instructions.ReadXcr0() != VectorState.Components) Interlocked.Increment(ref s_wrong);
        CountRun();
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_test_avx")]
    private static extern void AddOnes(Eight* values, Eight* ones);

    [InlineArray(8)]
    private struct Eight
    {
        private float _first;
    }
}
