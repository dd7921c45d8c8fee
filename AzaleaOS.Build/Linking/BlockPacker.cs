using static AzaleaOS.Build.Linking.BlockFormat;

namespace AzaleaOS.Build.Linking;

/// <summary>Packs a segment, in the notation of <see cref="BlockFormat"/>: the cheapest way through it, by dynamic programming.</summary>
/// <remarks>
/// What a way can repeat depends on its last distance. So more than one way is kept to each place, all of different distances.
/// </remarks>
internal sealed class BlockPacker
{
    private const int Bits = 8;

    /// <summary>Ways that are kept to each place.</summary>
    private const int Ways = 2;

    private readonly byte[] _bytes;
    private readonly Step[] _ends;

    private BlockPacker(byte[] bytes)
    {
        _bytes = bytes;
        _ends = new Step[(bytes.Length + 1) * Ways];
        Array.Fill(_ends, new Step(int.MaxValue, 0, 0, 0, 0, 0, 0, 0));
        _ends[0] = default;
    }

    /// <summary>A token that ends somewhere, and the cheapest way to its begin.</summary>
    /// <param name="Cost">Bytes up to here.</param>
    /// <param name="Begin">Where its literals begin.</param>
    /// <param name="Way">Which of the ways to there.</param>
    /// <param name="Run">Literals.</param>
    /// <param name="Group">Number of the group.</param>
    /// <param name="Token">The length that the token says.</param>
    /// <param name="Length">The length of what is behind the literals.</param>
    /// <param name="Distance">The last distance from here on; 0 if there was none.</param>
    private readonly record struct Step(int Cost, int Begin, int Way, int Run, int Group, int Token, int Length, int Distance);

    /// <summary>Packs bytes.</summary>
    internal static byte[] Pack(byte[] bytes)
    {
        var packer = new BlockPacker(bytes);
        packer.FindWays();
        return packer.Write();
    }

    private void FindWays()
    {
        // What begins at a place may have literals before it: it is a step from up to that many places earlier.
        var finder = new MatchFinder(_bytes);
        List<(int Length, int Distance)> matches = [];
        for (int at = 0; at < _bytes.Length; at++)
        {
            finder.Next(at, matches);
            for (int run = 0; run <= Math.Min(LongestRun, at); run++)
            {
                for (int way = 0; way < Ways; way++)
                {
                    Step before = _ends[((at - run) * Ways) + way];
                    if (before.Cost == int.MaxValue)
                        continue;
                    Step next = new(before.Cost + 1 + run, at - run, way, run, 0, 0, 0, before.Distance);
                    if (run == 0)
                        OfferLiterals(at, next);
                    OfferRepeats(at, next);
                    OfferMatches(at, next, matches);
                }
            }
        }
    }

    private void Offer(int end, Step step)
    {
        Span<Step> ways = _ends.AsSpan(end * Ways, Ways);
        if (step.Cost >= ways[^1].Cost)
            return;

        // In the place of the one with its distance, or of the most expensive one; and then before those that cost more.
        int place = 0;
        while (place < Ways - 1 && (ways[place].Distance != step.Distance || ways[place].Cost == int.MaxValue))
            place++;
        if (step.Cost >= ways[place].Cost)
            return;
        for (; place > 0 && ways[place - 1].Cost > step.Cost; place--)
            ways[place] = ways[place - 1];
        ways[place] = step;
    }

    private void OfferLiterals(int at, Step next)
    {
        for (int length = 1; length <= Math.Min(LongestCount, _bytes.Length - at); length++)
            Offer(at + length, next with { Cost = next.Cost + 1 + length, Token = Literals, Length = length });
    }

    private void OfferRepeats(int at, Step next)
    {
        int distance = next.Distance;
        if (distance == 0)
            return;
        int same = _bytes.AsSpan(at).CommonPrefixLength(_bytes.AsSpan(at - distance, Math.Min(LongestCount, _bytes.Length - at)));
        for (int length = 1; length <= same; length++)
        {
            if (length <= Groups[0].Longest && IsCopiedAtOnce(at, length, distance))
                Offer(at + length, next with { Token = length, Length = length });
            else if (distance >= LeastLongDistance)
                Offer(at + length, next with { Cost = next.Cost + 1, Token = LongRepeat, Length = length });
        }
    }

    private void OfferMatches(int at, Step next, List<(int Length, int Distance)> matches)
    {
        foreach ((int longest, int distance) in matches)
        {
            OfferMatch(at, next, longest, distance);

            // What repeats itself at once is copied from several times as far.
            for (int several = 2 * distance; several < distance + Math.Min(longest, CopiedAtOnce) && several <= at; several += distance)
                OfferMatch(at, next, _bytes.AsSpan(at, longest).CommonPrefixLength(_bytes.AsSpan(at - several, longest)), several);
        }
    }

    private void OfferMatch(int at, Step next, int longest, int distance)
    {
        for (int group = 1; group < Groups.Length; group++)
        {
            if (distance > Groups[group].Farthest || distance < Groups[group].Nearest)
                continue;
            for (int length = Groups[group].Shortest; length <= Math.Min(longest, Groups[group].Longest); length++)
            {
                if (IsCopiedAtOnce(at, length, distance))
                    Offer(at + length, next with { Cost = next.Cost + Groups[group].DistanceBytes, Group = group, Token = length, Length = length, Distance = distance });
            }
        }
    }

    private bool IsCopiedAtOnce(int at, int length, int distance) => distance >= length && at + CopiedAtOnce <= _bytes.Length;

    private byte[] Write()
    {
        List<Step> steps = [];
        for (int place = _bytes.Length * Ways; place >= Ways; place = (steps[^1].Begin * Ways) + steps[^1].Way)
            steps.Add(_ends[place]);
        steps.Reverse();
        List<byte> packed = [];
        int at = 0;
        foreach (Step step in steps)
        {
            packed.Add((byte)(Token(step.Group, step.Token) | step.Run));
            packed.AddRange(_bytes.AsSpan(at, step.Run));
            at += step.Run;
            int number = Groups[step.Group].Farthest - step.Distance;
            for (int i = 0; i < Groups[step.Group].DistanceBytes; i++)
                packed.Add((byte)(number >> (Bits * i)));
            if (step.Token <= LongRepeat)
                packed.Add((byte)step.Length);
            if (step.Token == Literals)
                packed.AddRange(_bytes.AsSpan(at, step.Length));
            at += step.Length;
        }

        packed.Add((byte)Token(0, Literals));
        packed.Add(0);
        return [.. packed];
    }
}
