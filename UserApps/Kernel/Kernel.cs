using System;
using System.Buffers.Text;
using Sys = AzaleaOS;

namespace AzaleaOS.UserApps.Shell;

/// <summary>Reads a line, does what it says, and again: help, cores, mem, ticks, exit N. Anything else is printed as it is.</summary>
public sealed class Kernel : Sys.Kernel
{
    private const int LongestLine = 120;

    /// <inheritdoc/>
    protected override void BeforeRun() => Print("AzaleaOS has booted. help lists what can be typed.\n"u8);

    /// <inheritdoc/>
    protected override void Run()
    {
        Span<byte> buffer = stackalloc byte[LongestLine];
        Print("> "u8);
        int length = ReadLine(buffer);
        if (length < 0)
        {
            Print("\n"u8);
            Stop(0);
            return;
        }

        Obey(buffer[..length]);
    }

    private static void Obey(ReadOnlySpan<byte> line)
    {
        if (line.SequenceEqual("help"u8))
        {
            Print("cores   how many there are\nmem     free memory and all of it\nticks   hundredths of a second since the start\nexit N  ends with a status\n"u8);
        }
        else if (line.SequenceEqual("cores"u8))
        {
            Print((ulong)CoreCount, " cores\n"u8);
        }
        else if (line.SequenceEqual("mem"u8))
        {
            Print(FreeMemoryBytes >> 10, " KiB of "u8);
            Print(MemoryBytes >> 10, " KiB are free\n"u8);
        }
        else if (line.SequenceEqual("ticks"u8))
        {
            Print((ulong)Milliseconds / 10, " ticks\n"u8);
        }
        else if (line.SequenceEqual("exit"u8))
        {
            Stop(0);
        }
        else if (line.StartsWith("exit "u8))
        {
            if (Utf8Parser.TryParse(line[5..], out byte status, out int used) && used == line.Length - 5)
            {
                Stop(status);
            }
            else
            {
                Print("exit takes a number from 0 to 255\n"u8);
            }
        }
        else if (!line.IsEmpty)
        {
            Print(line);
            Print("\n"u8);
        }
    }

    private static void Print(ulong value, ReadOnlySpan<byte> behind)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out int count);
        Print(digits[..count]);
        Print(behind);
    }
}
