using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct epoll_event: events and what the program wants to be told with them.</summary>
/// <remarks>Packed on x86-64. Source: Linux, include/uapi/linux/eventpoll.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 12)]
public struct EpollEvent
{
    /// <summary>See <see cref="PollEvents"/>.</summary>
    [FieldOffset(0)] public uint Events;

    /// <summary>The program's own.</summary>
    [FieldOffset(4)] public ulong Data;
}
