using Format = AzaleaOS.Abi.PackedTableFormat;

namespace AzaleaOS.Build.Linking;

/// <summary>The models of a table that is being packed: what a decision costs, and how it is written.</summary>
internal sealed class TableModels
{
    private const int One = 1 << Format.ProbabilityBits;

    /// <summary>Costs are counted in this part of a bit.</summary>
    internal const int Bit = 256;

    private static readonly int[] s_costs = [.. Enumerable.Range(0, One).Select(p => (int)Math.Round(-Math.Log2(Math.Max(p, 1) / (double)One) * Bit))];

    private readonly ushort[] _zeros = new ushort[Format.ModelCount];

    internal TableModels() => Array.Fill(_zeros, (ushort)(One / 2));

    /// <summary>Where decisions are written, and the models follow them; null: nothing is written, and the models stay.</summary>
    internal RangeEncoder? Output { get; set; }

    /// <summary>Makes a decision.</summary>
    /// <returns>What it costs.</returns>
    internal int Decide(int model, int decision)
    {
        int zero = _zeros[model];
        if (Output is not null)
        {
            Output.Write((uint)zero, decision);
            _zeros[model] = (ushort)(decision == 0 ? zero + ((One - zero) >> Format.AdaptationShift) : zero - (zero >> Format.AdaptationShift));
        }

        return s_costs[decision == 0 ? zero : One - zero];
    }

    internal int Tree(int models, int decisions, uint value)
    {
        int cost = 0;
        uint node = 1;
        for (int i = decisions - 1; i >= 0; i--)
        {
            int decision = (int)(value >> i) & 1;
            cost += Decide(models + (int)node, decision);
            node = (node << 1) | (uint)decision;
        }

        return cost;
    }

    internal int Number(int models, uint number)
    {
        uint value = number + 1;
        int highest = System.Numerics.BitOperations.Log2(value);
        int lower = models + (1 << Format.HighestBitDecisions) + (highest * Format.LowerBitModels);
        int modelled = Math.Min(highest, Format.ModelledBits);
        int rest = highest - modelled;
        int cost = Tree(models, Format.HighestBitDecisions, (uint)highest)
            + Tree(lower, modelled, (value >> rest) & ((1u << modelled) - 1));
        for (int bit = rest - 1; bit >= 0; bit--)
            cost += Decide(lower + (1 << Format.ModelledBits) + bit, (int)(value >> bit) & 1);
        return cost;
    }
}
