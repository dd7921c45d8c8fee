using System.Runtime.CompilerServices;

namespace AzaleaOS.Abi;

/// <summary>Room for the boot modules.</summary>
[InlineArray(Capacity)]
public struct BootModuleList
{
    /// <summary>The most modules that can be given.</summary>
    public const int Capacity = 32;

    private BootModule _first;
}
