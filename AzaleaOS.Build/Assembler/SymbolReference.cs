namespace AzaleaOS.Build.Assembler;

/// <summary>The address of a symbol, as an operand: <c>a.call(a["azalea_exception"])</c>.</summary>
/// <remarks>
/// It converts to a number, so that every instruction takes it: branch targets, <c>__qword_ptr[a["x"]]</c>
/// (relative to RIP in 64-bit code, absolute in 32-bit code), <c>__[rax * 8 + a["table"]]</c> (sign-extended
/// absolute) and immediates. The number stands in for the symbol until the method is encoded and becomes a
/// relocation then; convert anew for each use.
/// </remarks>
public readonly struct SymbolReference
{
    // The virtual address of physical address 0 in the kernel's half, as a two's complement addend.
    private const long KernelToPhysical = 0x8000_0000;

    private readonly AssembledUnit _unit;

    internal SymbolReference(AssembledUnit unit, string name, long addend)
    {
        _unit = unit;
        Name = name;
        Addend = addend;
    }

    /// <summary>The symbol. A name that begins with a dot belongs to the assembler method alone.</summary>
    public string Name { get; }

    /// <summary>Bytes added to the symbol's address.</summary>
    public long Addend { get; }

    /// <summary>The symbol's physical address: the kernel is linked at 0xffff_ffff_8000_0000 + physical.</summary>
    public SymbolReference Physical => this + KernelToPhysical;

    /// <summary>An address behind the symbol.</summary>
    public static SymbolReference operator +(SymbolReference symbol, long offset) => new(symbol._unit, symbol.Name, symbol.Addend + offset);

    /// <summary>The number that stands in for the symbol in one operand.</summary>
    public static implicit operator uint(SymbolReference symbol) => symbol._unit.Use(symbol);
}
