using Format = AzaleaOS.Abi.PackedTableFormat;

namespace AzaleaOS.Build.Linking;

/// <summary>Writes binary decisions as a range code: the likelier one was, the less room it takes.</summary>
internal sealed class RangeEncoder
{
    private readonly List<byte> _bytes = [];
    private ulong _low;
    private uint _range = uint.MaxValue;
    private byte _held;
    private int _heldOnes;

    /// <summary>Writes a decision.</summary>
    /// <param name="zero">The probability of 0, in 2^<see cref="Format.ProbabilityBits"/>.</param>
    /// <param name="decision">0 or 1.</param>
    internal void Write(uint zero, int decision)
    {
        uint bound = (_range >> Format.ProbabilityBits) * zero;
        if (decision == 0)
        {
            _range = bound;
        }
        else
        {
            _low += bound;
            _range -= bound;
        }

        while (_range < Format.SmallestRange)
        {
            _range <<= 8;
            Shift();
        }
    }

    /// <summary>All bytes. Zeros at the end are left out: the reader finds zeros there.</summary>
    internal byte[] Finish()
    {
        for (int i = 0; i < 5; i++)
            Shift();
        return [.. _bytes.ToArray().AsSpan().TrimEnd((byte)0)];
    }

    // A byte is held until it is known that no carry comes; bytes of ones in between would all carry.
    private void Shift()
    {
        if (_low is < 0xff00_0000 or > uint.MaxValue)
        {
            var carry = (byte)(_low >> 32);
            _bytes.Add((byte)(_held + carry));
            for (; _heldOnes > 0; _heldOnes--)
                _bytes.Add((byte)(0xff + carry));
            _held = (byte)(_low >> 24);
        }
        else
        {
            _heldOnes++;
        }

        _low = (_low & 0x00ff_ffff) << 8;
    }
}
