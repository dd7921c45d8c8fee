namespace AzaleaOS.Abi;

/// <summary>All that is known at entry, whichever way the kernel was started.</summary>
/// <remarks>
/// Written once, on the boot core, by <c>BootInfoReader.Read</c>; read-only afterwards, except that
/// <see cref="MemoryRange.Node"/> is filled in when SRAT has been read.
/// </remarks>
public struct BootInfo
{
    /// <summary>How we were started.</summary>
    public BootProtocol Protocol;

    /// <summary>How many of <see cref="Memory"/> are valid.</summary>
    public int MemoryCount;

    /// <summary>How many of <see cref="Modules"/> are valid.</summary>
    public int ModuleCount;

    /// <summary>How many bytes of <see cref="CommandLine"/> are valid.</summary>
    public int CommandLineLength;

    /// <summary>ACPI's root pointer; 0 if the boot loader gave none.</summary>
    public PhysicalAddress Rsdp;

    /// <summary>The screen.</summary>
    public BootFramebuffer Framebuffer;

    /// <summary>The time-stamp counter at the kernel's first instruction, in TSC ticks.</summary>
    public ulong EntryTimestamp;

    /// <summary>TSC ticks per second if the starter told us; else 0.</summary>
    public ulong TscFrequency;

    /// <summary>Nanoseconds since 1970 UTC when the counter was <see cref="WallClockTimestamp"/>; 0 if not told.</summary>
    public ulong WallClock;

    /// <summary>The time-stamp counter that belongs to <see cref="WallClock"/>, in TSC ticks.</summary>
    public ulong WallClockTimestamp;

    /// <summary>Where the hand-off block lies; 0 unless <see cref="Protocol"/> is <see cref="BootProtocol.HandOff"/>.</summary>
    public PhysicalAddress HandOff;

    /// <summary>A page below 1 MiB, free at entry, for the code that starts the other cores; 0 if there is none.</summary>
    public PhysicalAddress TrampolinePage;

    /// <summary>If reading failed: the address or number that was wrong.</summary>
    public ulong Detail;

    /// <summary>The memory map: sorted, without overlaps, neighbours of one kind merged, all that is taken cut out.</summary>
    public MemoryRangeList Memory;

    /// <summary>The boot modules, in the order given.</summary>
    public BootModuleList Modules;

    /// <summary>The command line. The options parser splits it into words in place.</summary>
    public CommandLineBuffer CommandLine;
}
