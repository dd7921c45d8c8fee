using System.Buffers.Binary;
using AzaleaOS.Abi;
using Format = AzaleaOS.Abi.PackedTableFormat;

namespace AzaleaOS.Diagnostics;

/// <summary>Unpacks what the build packed, in the notation of <see cref="PackedTableFormat"/>.</summary>
/// <remarks>Runs while a fault is reported: damaged bytes give a wrong table or none, and never an access outside of the given memory.</remarks>
internal ref struct TableUnpacker
{
    private readonly ReadOnlySpan<byte> _source;
    private readonly Span<ushort> _models;
    private int _next;
    private uint _range;
    private uint _code;

    private TableUnpacker(ReadOnlySpan<byte> source, Span<ushort> models)
    {
        _source = source;
        _models = models;
        _range = uint.MaxValue;
        for (int i = 0; i < 5; i++) _code = (_code << 8) | NextByte();
        for (int i = 0; i < models.Length; i++) models[i] = 1 << (Format.ProbabilityBits - 1);
    }

    /// <summary>Unpacks a table.</summary>
    /// <param name="packed">Its packed bytes.</param>
    /// <param name="models">Room for <see cref="Format.ModelCount"/> models; their content does not matter.</param>
    /// <param name="target">Where it goes.</param>
    /// <returns>Its length in bytes; 0 if there is no table, it does not fit or is damaged.</returns>
    internal static int Unpack(ReadOnlySpan<byte> packed, Span<ushort> models, Span<byte> target)
    {
        if (packed.Length < Format.HeaderSize
            || BinaryPrimitives.ReadUInt32LittleEndian(packed) != Format.Magic
            || models.Length < Format.ModelCount)
            return 0;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(packed[4..]);
        if (length > (uint)target.Length) return 0;
        var unpacker = new TableUnpacker(packed[Format.HeaderSize..], models[..Format.ModelCount]);
        return unpacker.TryFill(target[..(int)length]) ? (int)length : 0;
    }

    private bool TryFill(Span<byte> target)
    {
        uint distance = 0;
        int afterMatch = 0;
        for (int at = 0; at < target.Length;)
        {
            if (Decide(Format.Kinds + afterMatch) == 0)
            {
                int tree = Format.Literals + (at == 0 ? 0 : (target[at - 1] >> (8 - Format.LiteralTreeBits)) * Format.LiteralTree);
                target[at++] = (byte)Tree(tree, 8);
                afterMatch = 0;
                continue;
            }

            int repeat = Decide(Format.Repeats + afterMatch);
            uint length = Number(Format.Lengths + (repeat * Format.NumberModels)) + 2 - (uint)repeat;
            if (repeat == 0) distance = Number(Format.Distances + ((int)(length < 4 ? length - 2 : 2) * Format.NumberModels)) + 1;
            if (distance - 1 >= (uint)at || length - 1 >= (uint)(target.Length - at)) return false;
            for (; length != 0; length--, at++) target[at] = target[at - (int)distance];
            afterMatch = 1;
        }

        return true;
    }

    private uint Number(int models)
    {
        int highest = (int)Tree(models, Format.HighestBitDecisions);
        int lower = models + (1 << Format.HighestBitDecisions) + (highest * Format.LowerBitModels);
        int modelled = highest < Format.ModelledBits ? highest : Format.ModelledBits;
        uint value = (1u << modelled) | Tree(lower, modelled);
        for (int bit = highest - modelled - 1; bit >= 0; bit--)
        {
            // A highest bit so high is in no table; its bits need no models of their own.
            int place = (1 << Format.ModelledBits) + bit;
            value = (value << 1) | (uint)Decide(lower + (place < Format.LowerBitModels ? place : 0));
        }

        return value - 1;
    }

    private uint Tree(int models, int decisions)
    {
        uint node = 1;
        for (int i = 0; i < decisions; i++) node = (node << 1) | (uint)Decide(models + (int)node);
        return node - (1u << decisions);
    }

    private int Decide(int model)
    {
        uint zero = _models[model];
        uint bound = (_range >> Format.ProbabilityBits) * zero;
        int decision;
        if (_code < bound)
        {
            _range = bound;
            _models[model] = (ushort)(zero + (((1u << Format.ProbabilityBits) - zero) >> Format.AdaptationShift));
            decision = 0;
        }
        else
        {
            _range -= bound;
            _code -= bound;
            _models[model] = (ushort)(zero - (zero >> Format.AdaptationShift));
            decision = 1;
        }

        if (_range < Format.SmallestRange)
        {
            _range <<= 8;
            _code = (_code << 8) | NextByte();
        }

        return decision;
    }

    private uint NextByte() => (uint)_next < (uint)_source.Length ? _source[_next++] : 0u;
}
