using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Channel;

/// <summary>Where a queue lies, for a peer that no hypervisor tells. Little-endian.</summary>
/// <remarks>The unikernel writes it before the mailbox's magic number.</remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public struct MailboxQueue
{
    /// <summary>Bytes of the structure.</summary>
    public const int Bytes = 32;

    /// <summary>Physical address of the descriptor table.</summary>
    [FieldOffset(0)] public ulong Descriptors;

    /// <summary>Physical address of the available ring.</summary>
    [FieldOffset(8)] public ulong Available;

    /// <summary>Physical address of the used ring.</summary>
    [FieldOffset(16)] public ulong Used;

    /// <summary>Entries, a power of two.</summary>
    [FieldOffset(24)] public uint Size;

    /// <summary>APIC id of the core that wants to be told of used entries.</summary>
    [FieldOffset(28)] public uint ApicId;
}
