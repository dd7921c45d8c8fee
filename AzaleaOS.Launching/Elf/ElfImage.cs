using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Elf;

/// <summary>
/// Code and data at addresses: a linked executable as it is, or objects laid out one after the other
/// with their relocations applied, so that code can be followed before it is linked.
/// </summary>
/// <remarks>Symbols that no object defines get an address each, outside of every section.</remarks>
public sealed class ElfImage
{
    private const ulong LayoutBase = 0xffff_ffff_8010_0000;
    private const ulong ExternalSpacing = 16;

    private readonly List<ElfImageSection> _sections = [];
    private readonly Dictionary<(ElfFile File, int Index), ElfImageSection> _bySection = [];
    private readonly Dictionary<string, ulong> _globals = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, string> _externals = [];
    private readonly SortedSet<ulong> _symbolAddresses = [];
    private ElfFunction[] _functions = [];
    private ElfImageSection[] _allocated = [];

    private ElfImage()
    {
    }

    /// <summary>All sections with contents, those of debug information too.</summary>
    public IReadOnlyList<ElfImageSection> Sections => _sections;

    /// <summary>The functions that symbols name, by address. Symbols at the same address are one function.</summary>
    public IReadOnlyList<ElfFunction> Functions => _functions;

    /// <summary>A linked executable.</summary>
    public static ElfImage Of(ElfFile executable)
    {
        if (executable.Type == ElfFileType.Relocatable)
            return Combine([executable]);
        var image = new ElfImage();
        foreach (ElfSection section in executable.Sections)
            image.Add(executable, section, section.Address);
        image.Complete([executable]);
        return image;
    }

    /// <summary>Objects, as if they were linked.</summary>
    /// <exception cref="BuildException">AZ5004: two objects define the same symbol, or a relocation is of an unknown type.</exception>
    public static ElfImage Combine(IReadOnlyList<ElfFile> objects)
    {
        var image = new ElfImage();
        ulong next = LayoutBase;
        foreach (ElfFile file in objects)
        {
            foreach (ElfSection section in file.Sections)
            {
                ulong address = 0;
                if (section.IsAllocated)
                {
                    ulong alignment = Math.Clamp(section.Alignment, 16, 4096);
                    address = (next + alignment - 1) & ~(alignment - 1);
                    next = address + section.Size;
                }

                image.Add(file, section, address);
            }
        }

        image.ResolveGlobals(objects, (next + 0xfff) & ~0xffful);
        foreach (ElfImageSection section in image._sections)
            image.Relocate(section);
        image.Complete(objects);
        return image;
    }

    /// <summary>The address of a global symbol, defined or not.</summary>
    public bool TryGetAddress(string symbol, out ulong address) => _globals.TryGetValue(symbol, out address);

    /// <summary>The name of the undefined symbol at an address.</summary>
    public bool TryGetExternal(ulong address, [NotNullWhen(true)] out string? name) => _externals.TryGetValue(address, out name);

    /// <summary>The function an address lies in, or null.</summary>
    public ElfFunction? FunctionAt(ulong address)
    {
        int low = 0;
        int high = _functions.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            ElfFunction function = _functions[middle];
            if (address < function.Address)
                high = middle - 1;
            else if (address >= function.End)
                low = middle + 1;
            else
                return function;
        }

        return null;
    }

    /// <summary>The loaded section an address lies in, or null.</summary>
    public ElfImageSection? SectionAt(ulong address)
    {
        int low = 0;
        int high = _allocated.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            ElfImageSection section = _allocated[middle];
            if (address < section.Address)
                high = middle - 1;
            else if (address - section.Address >= section.Section.Size)
                low = middle + 1;
            else
                return section;
        }

        return null;
    }

    /// <summary>The first symbol's address above <paramref name="address"/>, or the largest address.</summary>
    public ulong NextSymbol(ulong address)
    {
        if (address == ulong.MaxValue)
            return address;
        SortedSet<ulong> above = _symbolAddresses.GetViewBetween(address + 1, ulong.MaxValue);
        return above.Count > 0 ? above.Min : ulong.MaxValue;
    }

    private void Add(ElfFile file, ElfSection section, ulong address)
    {
        if (section.Type is ElfSectionType.Null or ElfSectionType.SymbolTable or ElfSectionType.StringTable or ElfSectionType.Rela)
            return;
        var placed = new ElfImageSection(file, section, address, file.Contents(section).ToArray());
        _sections.Add(placed);
        _bySection.Add((file, section.Index), placed);
    }

    private void ResolveGlobals(IReadOnlyList<ElfFile> objects, ulong firstExternal)
    {
        var weak = new HashSet<string>(StringComparer.Ordinal);
        foreach (ElfFile file in objects)
        {
            foreach (ElfSymbol symbol in file.Symbols)
            {
                if (symbol.IsUndefined || symbol.Binding == ElfSymbolBinding.Local)
                    continue;
                bool isWeak = symbol.Binding == ElfSymbolBinding.Weak;
                if (!_globals.TryAdd(symbol.Name, AddressOf(file, symbol)))
                {
                    if (isWeak)
                        continue;
                    if (!weak.Remove(symbol.Name))
                        throw file.Malformed($"it defines {symbol.Name}, which another object defines too");
                    _globals[symbol.Name] = AddressOf(file, symbol);
                }
                else if (isWeak)
                {
                    weak.Add(symbol.Name);
                }
            }
        }

        foreach (ElfSymbol symbol in objects.SelectMany(o => o.Symbols))
        {
            if (symbol.Index == 0 || !symbol.IsUndefined || _globals.ContainsKey(symbol.Name))
                continue;
            ulong address = firstExternal + ((ulong)_externals.Count * ExternalSpacing);
            _globals.Add(symbol.Name, address);
            _externals.Add(address, symbol.Name);
        }
    }

    private ulong AddressOf(ElfFile file, ElfSymbol symbol)
    {
        if (symbol.SectionIndex == ElfSymbol.Absolute)
            return symbol.Value;
        if (symbol.IsUndefined)
            return symbol.Index == 0 ? 0 : _globals[symbol.Name];
        if (file.Type != ElfFileType.Relocatable)
            return symbol.Value;
        return _bySection.TryGetValue((file, symbol.SectionIndex), out ElfImageSection? section)
            ? section.Address + symbol.Value
            : symbol.Value;
    }

    private void Relocate(ElfImageSection section)
    {
        foreach (ElfRelocation relocation in section.File.Relocations(section.Section))
        {
            uint width = ElfFile.Width(relocation.Type);
            if (relocation.Type == ElfRelocationType.None)
                continue;
            if (width == 0)
                throw section.File.Malformed($"section {section.Section.Name} has a relocation of type {(uint)relocation.Type}, which the kernel's objects do not use");
            if (section.Section.Type == ElfSectionType.NoBits)
                throw section.File.Malformed($"section {section.Section.Name} has relocations but no contents");

            ulong target = relocation.Symbol.IsUndefined || relocation.Symbol.Binding != ElfSymbolBinding.Local
                ? TargetOf(section.File, relocation.Symbol)
                : AddressOf(section.File, relocation.Symbol);
            target += (ulong)relocation.Addend;
            ulong place = section.Address + relocation.Offset;
            bool relative = relocation.Type is ElfRelocationType.PcRelative32 or ElfRelocationType.PcRelative64 or ElfRelocationType.Plt32;
            ulong value = relative ? target - place : target;
            Span<byte> bytes = section.Bytes.AsSpan((int)relocation.Offset, (int)width);
            switch (width)
            {
                case 8: BinaryPrimitives.WriteUInt64LittleEndian(bytes, value); break;
                case 4: BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value); break;
                default: BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value); break;
            }

            if (relocation.Type == ElfRelocationType.Absolute64)
                section.AddPointer(place, target);
        }
    }

    private ulong TargetOf(ElfFile file, ElfSymbol symbol)
        => symbol.Index != 0 && _globals.TryGetValue(symbol.Name, out ulong address) ? address : AddressOf(file, symbol);

    private void Complete(IReadOnlyList<ElfFile> files)
    {
        _allocated = [.. _sections.Where(s => s.Section.IsAllocated && s.Section.Size > 0).OrderBy(s => s.Address)];
        var symbols = new SortedDictionary<ulong, List<(ElfSymbol Symbol, ElfImageSection Section)>>();
        foreach (ElfFile file in files)
        {
            foreach (ElfSymbol symbol in file.Symbols)
            {
                if (symbol.IsUndefined || symbol.Type == ElfSymbolType.Section
                    || !_bySection.TryGetValue((file, symbol.SectionIndex), out ElfImageSection? section) || !section.Section.IsAllocated)
                    continue;
                ulong address = AddressOf(file, symbol);
                if (file.Type != ElfFileType.Relocatable && symbol.Binding != ElfSymbolBinding.Local)
                    _globals.TryAdd(symbol.Name, address);
                _symbolAddresses.Add(address);
                if (symbol.Type != ElfSymbolType.Function || !section.Section.IsCode
                    || address < section.Address || address - section.Address >= section.Section.Size)
                    continue;
                if (!symbols.TryGetValue(address, out var here))
                    symbols.Add(address, here = []);
                here.Add((symbol, section));
            }
        }

        ulong[] starts = [.. symbols.Keys];
        _functions = new ElfFunction[starts.Length];
        for (int i = 0; i < starts.Length; i++)
        {
            var here = symbols[starts[i]];
            ElfImageSection section = here[0].Section;
            ulong limit = section.Address + section.Section.Size;
            if (i + 1 < starts.Length)
                limit = Math.Min(limit, starts[i + 1]);

            // A symbol without a size reaches to the next one.
            ulong size = here.Max(s => s.Symbol.Size);
            if (size == 0 || size > limit - starts[i])
                size = limit - starts[i];
            _functions[i] = new ElfFunction(
                starts[i], size, [.. here.Select(s => s.Symbol.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], section);
        }
    }
}
