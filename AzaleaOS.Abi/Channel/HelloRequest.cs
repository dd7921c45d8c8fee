using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Channel;

/// <summary>What the unikernel says first, behind the header. Little-endian.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public struct HelloRequest
{
    /// <summary>Bytes of the structure.</summary>
    public const int Bytes = 32;

    /// <summary><see cref="ChannelProtocol.Magic"/>.</summary>
    [FieldOffset(0)] public ulong Magic;

    /// <summary>The oldest version that it speaks.</summary>
    [FieldOffset(8)] public uint OldestVersion;

    /// <summary>The newest version that it speaks.</summary>
    [FieldOffset(12)] public uint NewestVersion;

    /// <summary>What it can do beyond that.</summary>
    [FieldOffset(16)] public ChannelFeatures Features;

    /// <summary>How many cores it has.</summary>
    [FieldOffset(24)] public uint Cores;

    /// <summary>0.</summary>
    [FieldOffset(28)] public uint Reserved;
}
