using AzaleaOS.Build.Elf;

namespace AzaleaOS.Build.Assembler;

/// <summary>An object file made of assembler methods.</summary>
public sealed class KernelObject
{
    private readonly ElfObjectWriter _writer = new();
    private readonly List<AssembledUnit> _units = [];

    /// <summary>Runs an assembler method and adds what it writes under a global symbol.</summary>
    /// <param name="symbol">The symbol at its first byte.</param>
    /// <param name="emit">The method.</param>
    /// <param name="bits">16, 32 or 64: the mode it begins in.</param>
    /// <param name="alignment">Of the first byte: a power of two from 1 to 4096.</param>
    /// <param name="section">The section.</param>
    /// <exception cref="Diagnostics.BuildException">AZ3003 to AZ3008: the method cannot be assembled.</exception>
    public void Add(string symbol, Action<KernelAssembler> emit, int bits = 64, int alignment = 16, string section = ".text")
    {
        const int MaxAlignment = 4096;
        if (!int.IsPow2(alignment) || alignment > MaxAlignment)
            throw new Diagnostics.BuildException("AZ3003", $"{symbol}: alignment {alignment} is not a power of two up to {MaxAlignment}");
        ElfObjectSection target;
        try
        {
            target = _writer.Section(section);
        }
        catch (ArgumentException e)
        {
            throw new Diagnostics.BuildException("AZ3003", $"{symbol}: {e.Message}");
        }

        bool isCode = target.Attributes.HasFlag(ElfSectionAttributes.Execute);
        var unit = new AssembledUnit(symbol, bits, alignment, isCode, target.Type != ElfSectionType.NoBits);
        emit(unit.Start());
        unit.Assemble();
        Place(unit, target);
        _units.Add(unit);
    }

    /// <summary>Writes the object.</summary>
    public void Write(string path)
    {
        Finish();
        _writer.Write(path);
    }

    /// <summary>The object's bytes.</summary>
    public byte[] ToArray()
    {
        Finish();
        return _writer.ToArray();
    }

    private void Place(AssembledUnit unit, ElfObjectSection section)
    {
        section.Align(unit.Alignment);
        long start = section.Size;
        ElfSymbolType type = unit.IsCode ? ElfSymbolType.Function : ElfSymbolType.Object;
        DefineOnce(unit, unit.Symbol, section, start, unit.Size, type);
        (string Name, int Offset)[] globals = [.. unit.Globals];
        foreach ((string name, int offset) in globals)
        {
            // An inner symbol reaches to the next one.
            long end = globals.Where(g => g.Offset > offset).Select(g => (long)g.Offset).DefaultIfEmpty(unit.Size).Min();
            DefineOnce(unit, name, section, start + offset, end - offset, type);
        }

        if (unit.HasContents)
            section.Append(unit.Bytes);
        else
            section.Reserve(unit.Size);
        foreach (UnitRelocation relocation in unit.Relocations)
            section.Relocate(start + relocation.Offset, relocation.Type, _writer.Reference(relocation.Symbol), relocation.Addend);
    }

    private void DefineOnce(AssembledUnit unit, string name, ElfObjectSection section, long offset, long size, ElfSymbolType type)
    {
        if (_writer.Reference(name).Section is not null)
            throw unit.Error("AZ3006", $"symbol {name} is defined by another assembler method too");
        _writer.Define(name, section, offset, size, type);
    }

    private void Finish()
    {
        List<AssembledUnit> framed = _units.FindAll(u => u.Frames.Count > 0);
        _units.Clear();
        if (framed.Count == 0)
            return;
        var frames = new EhFrameWriter(_writer.Section(".eh_frame"));
        foreach (AssembledUnit unit in framed)
        {
            foreach (FrameTable table in unit.Frames)
                frames.Add(table, _writer.Reference(unit.Symbol));
        }
    }
}
