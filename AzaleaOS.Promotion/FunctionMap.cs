namespace AzaleaOS.Promotion;

/// <summary>Which pieces of code belong to one function: what a branch leads from one to the other without a call.</summary>
/// <remarks>A <c>jmp</c> to the first instruction of another piece is taken for a call in the last place, a conditional one is not: compilers put the unlikely part of a function elsewhere.</remarks>
internal sealed class FunctionMap
{
    private readonly ulong[] _starts;
    private readonly IReadOnlyList<AddressRange> _code;
    private readonly int[] _parents;
    private readonly Lazy<ILookup<int, int>> _members;

    internal FunctionMap(ulong[] places, List<Branch> branches, IReadOnlyList<AddressRange> code)
    {
        _code = code;
        _starts = [.. places.Concat(branches.Where(branch => branch.Kind == BranchKind.Call && code.Any(range => range.Contains(branch.Target))).Select(branch => branch.Target)).Distinct().Order()];
        _parents = [.. Enumerable.Range(0, _starts.Length)];
        foreach (Branch branch in branches)
        {
            if (branch.Kind == BranchKind.Call)
                continue;
            int from = IndexOf(branch.From);
            int to = IndexOf(branch.Target);
            bool isLastCall = to >= 0 && branch.Kind == BranchKind.Jump && _starts[to] == branch.Target;
            if (from >= 0 && to >= 0 && from != to && !isLastCall)
                _parents[Root(from)] = Root(to);
        }

        _members = new(() => Enumerable.Range(0, _starts.Length).ToLookup(Root));
    }

    /// <summary>The pieces of the function that an address is in.</summary>
    internal IEnumerable<AddressRange> PiecesOf(ulong address) => _members.Value[Root(IndexOf(address))].Select(Piece);

    /// <summary>A number that all addresses of a function have in common.</summary>
    internal int Identity(ulong address) => Root(IndexOf(address));

    private AddressRange Piece(int index)
    {
        ulong start = _starts[index];
        ulong end = _code.First(range => range.Contains(start)).End;
        return new AddressRange(start, index + 1 < _starts.Length ? Math.Min(end, _starts[index + 1]) : end);
    }

    private int IndexOf(ulong address)
    {
        int index = Array.BinarySearch(_starts, address);
        index = index >= 0 ? index : ~index - 1;
        return index >= 0 && Piece(index).Contains(address) ? index : -1;
    }

    private int Root(int index)
    {
        while (_parents[index] != index)
        {
            _parents[index] = _parents[_parents[index]];
            index = _parents[index];
        }

        return index;
    }
}
