using System.Collections;

namespace AzaleaOS.Promotion;

/// <summary>A set of addresses in code, one bit each.</summary>
internal sealed class AddressSet(IReadOnlyList<AddressRange> code)
{
    private readonly BitArray[] _bits = [.. code.Select(range => new BitArray(checked((int)(range.End - range.Start))))];

    internal bool Contains(ulong address)
    {
        for (int i = 0; i < _bits.Length; i++)
        {
            if (code[i].Contains(address))
                return _bits[i][(int)(address - code[i].Start)];
        }

        return false;
    }

    /// <summary>Adds an address; those outside of code are left out.</summary>
    internal void Add(ulong address)
    {
        for (int i = 0; i < _bits.Length; i++)
        {
            if (code[i].Contains(address))
                _bits[i][(int)(address - code[i].Start)] = true;
        }
    }
}
