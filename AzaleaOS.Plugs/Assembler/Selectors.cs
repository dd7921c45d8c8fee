namespace AzaleaOS.Plugs.Assembler;

/// <summary>Segment selectors of the kernel, the same in the boot table, the trampoline's and the final one.</summary>
internal static class Selectors
{
    /// <summary>64-bit code.</summary>
    internal const int Code = 0x08;

    /// <summary>Data, and the stack.</summary>
    internal const int Data = 0x10;

    /// <summary>32-bit code. Only in the tables used while a core starts.</summary>
    internal const int Code32 = 0x18;
}
