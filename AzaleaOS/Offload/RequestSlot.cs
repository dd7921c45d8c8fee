using System.Runtime.InteropServices;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Threads;

namespace AzaleaOS.Offload;

/// <summary>One request: built here, in place, and read by the peer here.</summary>
/// <remarks>
/// Belongs to the queue of one core. Written by the thread that makes the request, until it is in flight; then
/// <see cref="State"/> and <see cref="Result"/> by the core of the queue, and <see cref="Response"/> by the peer. The peer may write to all of it at any
/// time, if it does not keep the rules: nothing but the answer is read back, and that is checked.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal unsafe struct RequestSlot
{
    /// <summary>Bytes of a slot: two to a page.</summary>
    internal const int Bytes = 2048;

    /// <summary>Bytes for small structures.</summary>
    internal const int InlineBytes = 104;

    /// <summary>Most parts of a request.</summary>
    internal const int MaxParts = (Bytes - TableOffset) / VirtqDescriptor.Bytes;

    /// <summary>Where the table of the parts begins.</summary>
    internal const int TableOffset = 256;

    /// <summary>Nobody's.</summary>
    internal const int Free = 0;

    /// <summary>Being built; its buffers count as in use.</summary>
    internal const int Building = 1;

    /// <summary>The peer has it.</summary>
    internal const int InFlight = 2;

    /// <summary>It is answered, but whoever wakes the thread still uses the slot.</summary>
    internal const int Answered = 3;

    /// <summary>It is answered.</summary>
    internal const int Done = 4;

    /// <summary>The next free one.</summary>
    [FieldOffset(0)] internal RequestSlot* Next;

    /// <summary>Who waits for the answer; null if nobody is to be woken. If <see cref="IsDetached"/> is 2, whatever its maker put here.</summary>
    [FieldOffset(8)] internal Thread* Thread;

    /// <summary>What the call returned.</summary>
    [FieldOffset(16)] internal long Result;

    /// <summary>The application's memory in it begins here.</summary>
    [FieldOffset(24)] internal ulong BufferStart;

    /// <summary>And ends here; equal if it has none.</summary>
    [FieldOffset(32)] internal ulong BufferEnd;

    /// <summary>How far it is.</summary>
    [FieldOffset(40)] internal int State;

    /// <summary>1: nobody waits for the answer; the slot is free with it. 2: and <see cref="OffloadChannel.Told"/> is called before.</summary>
    [FieldOffset(44)] internal int IsDetached;

    /// <summary>Its queue.</summary>
    [FieldOffset(48)] internal CoreQueue* Queue;

    /// <summary>The last part so far.</summary>
    [FieldOffset(56)] internal VirtqDescriptor* Last;

    /// <summary>What the peer reads.</summary>
    [FieldOffset(64)] internal RequestHeader Request;

    /// <summary>What it writes.</summary>
    [FieldOffset(128)] internal ResponseHeader Response;

    /// <summary>Small structures.</summary>
    [FieldOffset(144)] internal fixed byte Inline[InlineBytes];

    /// <summary>Its descriptor.</summary>
    [FieldOffset(248)] internal int Index;

    /// <summary>The parts. The first is <see cref="Request"/>, for good.</summary>
    [FieldOffset(TableOffset)] internal VirtqDescriptor FirstPart;

    /// <summary>Where a part lies.</summary>
    internal static uint OffsetOfPart(int index) => TableOffset + ((uint)index * VirtqDescriptor.Bytes);
}
