namespace AzaleaOS.Promotion;

/// <summary>Addresses from <see cref="Start"/> to before <see cref="End"/>.</summary>
internal readonly record struct AddressRange(ulong Start, ulong End)
{
    internal bool Contains(ulong address) => address >= Start && address < End;

    internal bool Overlaps(AddressRange other) => Start < other.End && other.Start < End;
}
