namespace AzaleaOS.Cpu;

/// <summary>The unit that cores pass between them.</summary>
internal static class CacheLine
{
    /// <summary>Bytes; so on every x86-64 processor there is.</summary>
    internal const int Size = 64;
}
