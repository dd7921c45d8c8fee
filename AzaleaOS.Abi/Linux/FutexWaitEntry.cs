using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct futex_waitv of futex_waitv(2).</summary>
/// <remarks>Source: Linux, include/uapi/linux/futex.h.</remarks>
[StructLayout(LayoutKind.Sequential)]
public struct FutexWaitEntry
{
    /// <summary>FUTEX2_SIZE_U32.</summary>
    public const uint Size32 = 2;

    /// <summary>FUTEX2_PRIVATE.</summary>
    public const uint Private = 128;

    /// <summary>What the word must be.</summary>
    public ulong Value;

    /// <summary>The word.</summary>
    public ulong Address;

    /// <summary>Size and kind.</summary>
    public uint Flags;

    /// <summary>Must be 0.</summary>
    public uint Reserved;
}
