using AzaleaOS.Abi;
using AzaleaOS.Cpu;

namespace AzaleaOS.Boot;

/// <summary>What the parsers of the boot protocols share: where they read, and what they have found so far.</summary>
internal unsafe ref struct BootSource(PhysicalWindow window, ref BootInfo info, ref MemoryMapBuilder map)
{
    /// <summary>A name longer than this is not believed.</summary>
    internal const int MaxNameLength = 1024;

    internal readonly PhysicalWindow Window = window;
    internal readonly ref BootInfo Info = ref info;
    internal readonly ref MemoryMapBuilder Map = ref map;

    /// <summary>Remembers what was wrong.</summary>
    internal readonly BootError Fail(BootError error, ulong detail)
    {
        Info.Detail = detail;
        return error;
    }

    /// <summary>Adds a range to the memory map.</summary>
    internal readonly BootError AddMemory(ulong start, ulong length, MemoryKind kind, uint node = 0)
    {
        BootError error = Map.Add(start, length, kind, node);
        return error is BootError.None
            ? error
            : Fail(error, error is BootError.TooManyMemoryRanges ? (ulong)Map.Count : start);
    }

    /// <summary>Adds a module and takes its memory out of the map.</summary>
    internal readonly BootError AddModule(ulong start, ulong length, ulong name, int nameLength)
    {
        if (length == 0 || start + length <= start)
        {
            return Fail(BootError.BadModule, start);
        }

        if (Info.ModuleCount == BootModuleList.Capacity)
        {
            return Fail(BootError.TooManyModules, (ulong)Info.ModuleCount + 1);
        }

        for (int i = 0; i < Info.ModuleCount; i++)
        {
            if (start < Info.Modules[i].End && Info.Modules[i].Start.Value < start + length)
            {
                return Fail(BootError.ModulesOverlap, start);
            }
        }

        Info.Modules[Info.ModuleCount++] = new BootModule
        {
            Start = new PhysicalAddress(start),
            Length = length,
            Name = new PhysicalAddress(name),
            NameLength = nameLength,
        };
        return AddMemory(start, length, MemoryKind.Module);
    }

    /// <summary>Copies the command line.</summary>
    internal readonly BootError SetCommandLine(ReadOnlySpan<byte> text, ulong address)
    {
        Span<byte> buffer = Info.CommandLine;
        if (text.Length >= buffer.Length)
        {
            return Fail(BootError.CommandLineTooLong, address);
        }

        text.CopyTo(buffer);
        Info.CommandLineLength = text.Length;
        return BootError.None;
    }

    /// <summary>What of the command line is there.</summary>
    internal readonly ReadOnlySpan<byte> CommandLine => ((Span<byte>)Info.CommandLine)[..Info.CommandLineLength];

    /// <summary>Adds words to the end of the command line.</summary>
    internal readonly BootError AddToCommandLine(ReadOnlySpan<byte> words, ulong address)
    {
        Span<byte> free = ((Span<byte>)Info.CommandLine)[Info.CommandLineLength..];
        if (words.Length + 1 >= free.Length)
        {
            return Fail(BootError.CommandLineTooLong, address);
        }

        free[0] = (byte)' ';
        words.CopyTo(free[1..]);
        Info.CommandLineLength += words.Length + 1;
        return BootError.None;
    }

    /// <summary>Copies a command line that ends with a zero byte.</summary>
    internal readonly BootError SetCommandLine(PhysicalAddress address, int maxLength)
        => Window.TryGetString(address, Math.Min(maxLength, CommandLineBuffer.Capacity), out ByteString text)
            ? SetCommandLine(text.Span, address.Value)
            : Fail(BootError.CommandLineTooLong, address.Value);
}
