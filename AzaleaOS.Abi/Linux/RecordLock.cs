using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct flock: a record lock of fcntl.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/fcntl.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct RecordLock
{
    /// <summary>F_RDLCK.</summary>
    public const short Read = 0;

    /// <summary>F_WRLCK.</summary>
    public const short Write = 1;

    /// <summary>F_UNLCK.</summary>
    public const short Unlock = 2;

    /// <summary>One of the three.</summary>
    [FieldOffset(0)] public short Type;

    /// <summary>What <see cref="Start"/> is counted from: SEEK_ constants.</summary>
    [FieldOffset(2)] public short Whence;

    /// <summary>The first byte.</summary>
    [FieldOffset(8)] public long Start;

    /// <summary>Bytes; 0 for all that follow, negative for those before.</summary>
    [FieldOffset(16)] public long Length;

    /// <summary>Whose lock is in the way.</summary>
    [FieldOffset(24)] public int Process;
}
