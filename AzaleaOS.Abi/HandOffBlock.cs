using System.Runtime.InteropServices;

namespace AzaleaOS.Abi;

/// <summary>What the Sideloader tells a unikernel that it starts on lent cores and memory.</summary>
/// <remarks>
/// The block is contiguous in physical memory, 8-byte aligned, inside one of its own extents or
/// below 1 MiB, and mapped at its own physical address at entry. Entry: 64-bit mode, paging on,
/// interrupts off, rdi = physical address of the block, at symbol <c>azalea_entry_handoff</c>.
/// The header is followed by lists; every offset is in bytes from the start of the block, and every
/// list lies inside <see cref="Size"/>. Little-endian. Nobody writes the block after entry.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = HeaderBytes)]
public unsafe struct HandOffBlock
{
    /// <summary>"AZHANDOF" as a little-endian number.</summary>
    public const ulong MagicNumber = 0x464F_444E_4148_5A41;

    /// <summary>The version described here. A reader refuses any other.</summary>
    public const uint CurrentVersion = 1;

    /// <summary>Bytes of this header.</summary>
    public const int HeaderBytes = 256;

    /// <summary>A block is never longer than this: 1 MiB.</summary>
    public const uint MaxSize = 1 << 20;

    /// <summary>Bytes of random seed.</summary>
    public const int SeedBytes = 32;

    /// <summary><see cref="MagicNumber"/>.</summary>
    [FieldOffset(0)] public ulong Magic;

    /// <summary><see cref="CurrentVersion"/>.</summary>
    [FieldOffset(8)] public uint Version;

    /// <summary>Bytes of header and lists together.</summary>
    [FieldOffset(12)] public uint Size;

    /// <summary><see cref="HandOffChecksum"/> over <see cref="Size"/> bytes, with this field taken as 0.</summary>
    [FieldOffset(16)] public ulong Checksum;

    /// <summary>Which unikernel of the node this is, from 0.</summary>
    [FieldOffset(24)] public uint UnikernelId;

    /// <summary>How many NUMA nodes the extents and cores name; node numbers are below it. At least 1.</summary>
    [FieldOffset(28)] public uint NodeCount;

    /// <summary>Offset of the <see cref="HandOffExtent"/> list.</summary>
    [FieldOffset(32)] public uint ExtentOffset;

    /// <summary>How many extents. At least 1.</summary>
    [FieldOffset(36)] public uint ExtentCount;

    /// <summary>Offset of the <see cref="HandOffCore"/> list.</summary>
    [FieldOffset(40)] public uint CoreOffset;

    /// <summary>How many cores. At least 1; the first is the one that is started.</summary>
    [FieldOffset(44)] public uint CoreCount;

    /// <summary>Offset of the <see cref="HandOffModule"/> list.</summary>
    [FieldOffset(48)] public uint ModuleOffset;

    /// <summary>How many modules.</summary>
    [FieldOffset(52)] public uint ModuleCount;

    /// <summary>Offset of the command line, which needs no terminator.</summary>
    [FieldOffset(56)] public uint CommandLineOffset;

    /// <summary>Bytes of the command line.</summary>
    [FieldOffset(60)] public uint CommandLineLength;

    /// <summary>Offset of the node distances: NodeCount x NodeCount bytes, row by row, 10 = local as in ACPI's SLIT. 0 if not given.</summary>
    [FieldOffset(64)] public uint DistanceOffset;

    /// <summary>Bytes of the node distances: 0 or NodeCount x NodeCount.</summary>
    [FieldOffset(68)] public uint DistanceLength;

    /// <summary>Physical address of ACPI's root pointer, or 0: then cores and nodes are those of this block alone.</summary>
    [FieldOffset(72)] public ulong Rsdp;

    /// <summary>TSC ticks per second.</summary>
    [FieldOffset(80)] public ulong TscFrequency;

    /// <summary>Nanoseconds since 1970 UTC at <see cref="WallClockTimestamp"/>.</summary>
    [FieldOffset(88)] public ulong WallClock;

    /// <summary>The time-stamp counter at <see cref="WallClock"/>, in TSC ticks.</summary>
    [FieldOffset(96)] public ulong WallClockTimestamp;

    /// <summary>Physical address of the mailbox: where the request rings begin. 0 if there is no peer.</summary>
    [FieldOffset(104)] public ulong Mailbox;

    /// <summary>Bytes of the mailbox.</summary>
    [FieldOffset(112)] public ulong MailboxSize;

    /// <summary>A page below 1 MiB lent for starting the other cores; 0 if there is none.</summary>
    [FieldOffset(120)] public ulong TrampolinePage;

    /// <summary>APIC id of the peer's core that takes our doorbell.</summary>
    [FieldOffset(128)] public uint DoorbellApicId;

    /// <summary>The interrupt vector of our doorbell on that core.</summary>
    [FieldOffset(132)] public uint DoorbellVector;

    /// <summary>Random bytes for the program's AT_RANDOM and getrandom.</summary>
    [FieldOffset(136)] public fixed byte Seed[SeedBytes];
}
