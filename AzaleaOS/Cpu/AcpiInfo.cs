using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>A core that the firmware lists as enabled.</summary>
internal struct AcpiCore
{
    /// <summary>The id of its local APIC.</summary>
    internal ApicId ApicId;

    /// <summary>NUMA node, as an index from 0; 0 if the firmware says nothing.</summary>
    internal uint Node;
}

/// <summary>Room for the cores.</summary>
[InlineArray(Capacity)]
internal struct AcpiCoreList
{
    /// <summary>The most cores the kernel manages.</summary>
    internal const int Capacity = 1024;

    private AcpiCore _first;
}

/// <summary>A range of memory that belongs to a NUMA node.</summary>
internal struct AcpiMemory
{
    /// <summary>The first byte.</summary>
    internal PhysicalAddress Start;

    /// <summary>Bytes.</summary>
    internal ulong Length;

    /// <summary>NUMA node, as an index from 0.</summary>
    internal uint Node;
}

/// <summary>Room for the ranges of nodes.</summary>
[InlineArray(Capacity)]
internal struct AcpiMemoryList
{
    /// <summary>More ranges than this are left to node 0.</summary>
    internal const int Capacity = 64;

    private AcpiMemory _first;
}

/// <summary>Room for the firmware's numbers of the NUMA nodes.</summary>
[InlineArray(Capacity)]
internal struct AcpiDomainList
{
    /// <summary>The most nodes that are told apart; any more count as the last.</summary>
    internal const int Capacity = 16;

    private uint _first;
}

/// <summary>Room for the distances between nodes.</summary>
[InlineArray(AcpiDomainList.Capacity * AcpiDomainList.Capacity)]
internal struct AcpiDistanceList
{
    private byte _first;
}

/// <summary>What the kernel wants to know from ACPI's tables.</summary>
/// <remarks>Written once on the boot core by <see cref="AcpiReader.Read"/>, read-only afterwards.</remarks>
internal struct AcpiInfo
{
    /// <summary>How many of <see cref="Cores"/> are valid.</summary>
    internal int CoreCount;

    /// <summary>The highest id of all cores.</summary>
    internal ApicId HighestId;

    /// <summary>How many of <see cref="Memory"/> are valid.</summary>
    internal int MemoryCount;

    /// <summary>How many NUMA nodes there are; 0 if the firmware says nothing, which means one.</summary>
    internal int NodeCount;

    /// <summary>Whether <see cref="Distances"/> are given.</summary>
    internal bool HasDistances;

    /// <summary>Physical address of the local APICs' registers; 0 if there is no MADT.</summary>
    internal PhysicalAddress LocalApic;

    /// <summary>Physical address of the I/O APIC that serves the serial port; 0 if none.</summary>
    internal PhysicalAddress IoApic;

    /// <summary>The global number of that I/O APIC's first line.</summary>
    internal uint IoApicBase;

    /// <summary>Where the first serial port's interrupt, ISA's number 4, arrives.</summary>
    internal AcpiInterrupt SerialInterrupt;

    /// <summary>I/O port of PM1a control; 0 if none.</summary>
    internal ushort ControlA;

    /// <summary>I/O port of PM1b control; 0 if none.</summary>
    internal ushort ControlB;

    /// <summary>Physical address of the DSDT; 0 if none.</summary>
    internal PhysicalAddress Dsdt;

    /// <summary>Bytes of the DSDT; 0 if there is none, or if it is of no use.</summary>
    internal uint DsdtLength;

    /// <summary>SLP_TYP of state S5 for PM1a.</summary>
    internal byte SleepTypeA;

    /// <summary>SLP_TYP of state S5 for PM1b.</summary>
    internal byte SleepTypeB;

    /// <summary>Whether the sleep types were found.</summary>
    internal bool HasSleepTypes;

    /// <summary>I/O port of the power management timer; 0 if none.</summary>
    internal ushort TimerPort;

    /// <summary>Whether that timer has 32 bits and not 24.</summary>
    internal bool TimerHas32Bits;

    /// <summary>I/O port that takes <see cref="EnableValue"/> to hand the power registers to us; 0 if they are ours already.</summary>
    internal ushort EnablePort;

    /// <summary>What to write to <see cref="EnablePort"/>, as a byte.</summary>
    internal byte EnableValue;

    /// <summary>I/O port of the reset register; 0 if none, or if it is not an I/O port.</summary>
    internal ushort ResetPort;

    /// <summary>What to write to <see cref="ResetPort"/>, as a byte.</summary>
    internal byte ResetValue;

    /// <summary>If reading failed: physical address of the table in question.</summary>
    internal PhysicalAddress CulpritAddress;

    /// <summary>If reading failed: the signature of the table in question, first letter in the low byte.</summary>
    internal uint CulpritSignature;

    /// <summary>The firmware's numbers of the nodes, by node index.</summary>
    internal AcpiDomainList Domains;

    /// <summary>Distances as in SLIT: from node a to node b at a * NodeCount + b; 10 is local.</summary>
    internal AcpiDistanceList Distances;

    /// <summary>The cores, in the firmware's order.</summary>
    internal AcpiCoreList Cores;

    /// <summary>Which memory belongs to which node.</summary>
    internal AcpiMemoryList Memory;

    /// <summary>The signature of the table in question as text.</summary>
    internal readonly unsafe ReadOnlySpan<byte> CulpritName
    {
        get
        {
            fixed (uint* signature = &CulpritSignature)
            {
                return new ReadOnlySpan<byte>(signature, 4);
            }
        }
    }

    /// <summary>The distances that are given; empty if none.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    internal readonly ReadOnlySpan<byte> GivenDistances
    {
        get
        {
            ReadOnlySpan<byte> all = Distances;
            return HasDistances ? all[..(NodeCount * NodeCount)] : default;
        }
    }

    /// <summary>The index of a node by the firmware's number; makes one for a number not seen before.</summary>
    internal uint NodeOf(uint domain)
    {
        for (int i = 0; i < NodeCount; i++)
        {
            if (Domains[i] == domain)
            {
                return (uint)i;
            }
        }

        if (NodeCount < AcpiDomainList.Capacity)
        {
            Domains[NodeCount++] = domain;
        }

        return (uint)NodeCount - 1;
    }
}
