namespace AzaleaOS.Plugs;

/// <summary>
/// A static method that takes a <c>KernelAssembler</c> and writes machine code. It runs when an image
/// is built; what it writes is linked into the kernel under the given symbol.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class AssemblerMethodAttribute(string symbol) : Attribute
{
    /// <summary>The global symbol at the first byte.</summary>
    public string Symbol { get; } = symbol;

    /// <summary>16, 32 or 64: the processor mode the code runs in.</summary>
    public int Bits { get; set; } = 64;

    /// <summary>Alignment of the first byte, a power of two from 4 to 4096, in bytes.</summary>
    public int Alignment { get; set; } = 16;

    /// <summary>The section it is placed in.</summary>
    public string Section { get; set; } = ".text";
}
