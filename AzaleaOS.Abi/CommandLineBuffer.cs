using System.Runtime.CompilerServices;

namespace AzaleaOS.Abi;

/// <summary>The kernel's own copy of its command line.</summary>
[InlineArray(Capacity)]
public struct CommandLineBuffer
{
    /// <summary>Bytes, one of them for the terminator. Linux allows 2048.</summary>
    public const int Capacity = 4096;

    private byte _first;
}
