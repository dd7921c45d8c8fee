using System.Buffers.Binary;
using Format = AzaleaOS.Abi.PackedTableFormat;

namespace AzaleaOS.Build.Linking;

/// <summary>Packs the symbol table, in the notation of <see cref="Format"/>.</summary>
/// <remarks>
/// Several passes: each finds the cheapest way through the table at the prices that the one before left, by dynamic programming.
/// </remarks>
internal sealed class TablePacker
{
    private const int Passes = 4;

    /// <summary>Earlier places with the same two bytes that are looked at.</summary>
    private const int Candidates = 1000;

    private readonly byte[] _table;
    private readonly (int Length, int Distance)[][] _matches;

    private TablePacker(byte[] table)
    {
        _table = table;
        _matches = FindMatches(table);
    }

    /// <summary>Packs a table.</summary>
    internal static byte[] Pack(byte[] table)
    {
        var packer = new TablePacker(table);
        var models = new TableModels();
        byte[] stream = [];
        for (int pass = 0; pass < Passes; pass++)
        {
            List<Step> steps = packer.Cheapest(models);
            models = new TableModels { Output = new RangeEncoder() };
            packer.Write(steps, models);
            stream = models.Output.Finish();
            models.Output = null;
        }

        var packed = new byte[Format.HeaderSize + stream.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(packed, Format.Magic);
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(4), table.Length);
        stream.CopyTo(packed, Format.HeaderSize);
        return packed;
    }

    /// <summary>A literal (no distance) or a match that ends somewhere, and the way to its begin.</summary>
    private readonly record struct Step(int Cost, int Begin, int Length, int Distance, int LastDistance);

    private List<Step> Cheapest(TableModels models)
    {
        int[][] lengths = [.. new[] { 0, 1 }.Select(repeat => Enumerable.Range(0, Format.LongestMatch + 1)
            .Select(length => models.Number(Format.Lengths + (repeat * Format.NumberModels), (uint)Math.Max(0, length - 2 + repeat))).ToArray())];
        var ends = new Step[_table.Length + 1];
        Array.Fill(ends, new Step(int.MaxValue, 0, 0, 0, 0));
        ends[0] = default;
        void Offer(Step step)
        {
            ref Step known = ref ends[step.Begin + step.Length];
            if (step.Cost < known.Cost)
                known = step;
        }

        for (int at = 0; at < _table.Length; at++)
        {
            Step here = ends[at];
            int afterMatch = here.Distance == 0 ? 0 : 1;
            Offer(new Step(here.Cost + models.Decide(Format.Kinds + afterMatch, 0) + Literal(models, at), at, 1, 0, here.LastDistance));

            int match = here.Cost + models.Decide(Format.Kinds + afterMatch, 1);
            if (here.LastDistance != 0)
            {
                int repeat = match + models.Decide(Format.Repeats + afterMatch, 1);
                for (int length = 1; length <= SameBytes(_table, at, here.LastDistance); length++)
                    Offer(new Step(repeat + lengths[1][length], at, length, here.LastDistance, here.LastDistance));
            }

            int other = match + models.Decide(Format.Repeats + afterMatch, 0);
            int shorter = 2;
            foreach ((int longest, int distance) in _matches[at])
            {
                for (int length = shorter; length <= longest; length++)
                    Offer(new Step(other + lengths[0][length] + models.Number(DistanceModels(length), (uint)distance - 1), at, length, distance, distance));
                shorter = longest + 1;
            }
        }

        List<Step> steps = [];
        for (int end = _table.Length; end > 0; end = ends[end].Begin)
            steps.Add(ends[end]);
        steps.Reverse();
        return steps;
    }

    private void Write(List<Step> steps, TableModels models)
    {
        int afterMatch = 0;
        int last = 0;
        foreach (Step step in steps)
        {
            models.Decide(Format.Kinds + afterMatch, step.Distance == 0 ? 0 : 1);
            if (step.Distance == 0)
            {
                Literal(models, step.Begin);
                afterMatch = 0;
                continue;
            }

            int repeat = step.Distance == last ? 1 : 0;
            if (repeat == 0 && step.Length == 1)
                throw new InvalidOperationException("a match of one byte repeats no distance");
            models.Decide(Format.Repeats + afterMatch, repeat);
            models.Number(Format.Lengths + (repeat * Format.NumberModels), (uint)(step.Length - 2 + repeat));
            if (repeat == 0)
                models.Number(DistanceModels(step.Length), (uint)step.Distance - 1);
            last = step.Distance;
            afterMatch = 1;
        }
    }

    private int Literal(TableModels models, int at)
    {
        int tree = at == 0 ? 0 : _table[at - 1] >> (8 - Format.LiteralTreeBits);
        return models.Tree(Format.Literals + (tree * Format.LiteralTree), 8, _table[at]);
    }

    private static int DistanceModels(int length) => Format.Distances + (Math.Min(length - 2, 2) * Format.NumberModels);

    /// <summary>For each place the nearest match of each length, shorter ones first.</summary>
    private static (int Length, int Distance)[][] FindMatches(byte[] table)
    {
        var matches = new (int, int)[table.Length][];
        var newest = new int[1 << 16];
        Array.Fill(newest, -1);
        var before = new int[table.Length];
        List<(int, int)> found = [];
        for (int at = 0; at < table.Length; at++)
        {
            found.Clear();
            int longest = 1;
            if (at + 1 < table.Length)
            {
                int pair = (table[at] << 8) | table[at + 1];
                before[at] = newest[pair];
                newest[pair] = at;
                int place = before[at];
                for (int i = 0; place >= 0 && i < Candidates; place = before[place], i++)
                {
                    int length = SameBytes(table, at, at - place);
                    if (length <= longest)
                        continue;
                    longest = length;
                    found.Add((length, at - place));
                }
            }

            matches[at] = [.. found];
        }

        return matches;
    }

    private static int SameBytes(byte[] table, int at, int distance)
    {
        int most = Math.Min(Format.LongestMatch, table.Length - at);
        return table.AsSpan(at, most).CommonPrefixLength(table.AsSpan(at - distance, most));
    }
}
