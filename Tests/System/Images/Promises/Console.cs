using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

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

    /// <summary>The text screen shows what was written last, without what is not text.</summary>
    internal static bool Screen()
    {
        const int Columns = 80;
        ConsoleWriter.Write("\nfirst\n\t\x1b[1msecond\x1b[0m line"u8);
        for (int i = 0; i < 30; i++) ConsoleWriter.Write("\nscrolled"u8);
        ConsoleWriter.Write("\rs\n\x1eshown\n"u8);

        ushort* cells = (ushort*)DeviceMemory.Map(new PhysicalAddress(TextScreen.PhysicalAddress), TextScreen.Size);
        return Shows(cells + (22 * Columns), "scrolled"u8) && Shows(cells + (23 * Columns), "shown"u8) && Shows(cells + (24 * Columns), " "u8);
    }

    private static bool Shows(ushort* cells, ReadOnlySpan<byte> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if ((byte)cells[i] != text[i]) return false;
        }
        return true;
    }

    private static void WriteLines(void* argument)
    {
        int core = CoreBlock.Current->Index;
        for (int i = 0; i < Lines; i++) Log.Line($"core {core} writes line {i} of {Lines}");
        Interlocked.Increment(ref s_done);
    }
}
