namespace AzaleaOS.Promotion;

/// <summary>The nearest function before an address.</summary>
internal sealed class FunctionNames
{
    private readonly ProgramSymbol[] _functions;
    private readonly ulong[] _addresses;

    internal FunctionNames(ProgramFile program)
    {
        _functions = [.. program.Symbols.Where(symbol => symbol.Name.Length > 0).OrderBy(symbol => symbol.Address).ThenBy(symbol => symbol.Name, StringComparer.Ordinal)];
        _addresses = [.. _functions.Select(symbol => symbol.Address)];
    }

    internal string? Find(ulong address)
    {
        int index = Array.BinarySearch(_addresses, address);
        index = index >= 0 ? index : ~index - 1;
        return index >= 0 ? _functions[index].Name : null;
    }
}
