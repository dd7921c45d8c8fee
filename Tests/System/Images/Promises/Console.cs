using System.Threading;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Tests.Promises;

/// <summary>What reaches the console.</summary>
internal static unsafe class Console
{
    private const int Lines = 50;

    private static int s_done;

    internal static bool Hello()
    {
        ConsoleWriter.Write("hello\n"u8);
        return true;
    }

    /// <summary>All cores write lines at once.</summary>
    internal static bool Interleave()
    {
        if (!Cores.WaitForAll()) return false;
        for (int i = 1; i < Cores.Count; i++)
        {
            if (!Cores.RunOn(i, &WriteLines, null)) return false;
        }
        WriteLines(null);
        while (Volatile.Read(ref s_done) < Cores.Count) Instructions.Pause();
        return true;
    }

    private static void WriteLines(void* argument)
    {
        int core = CoreBlock.Current->Index;
        for (int i = 0; i < Lines; i++) Log.Line($"core {core} writes line {i} of {Lines}");
        Interlocked.Increment(ref s_done);
    }
}
