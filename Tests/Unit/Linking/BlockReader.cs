using AzaleaOS.Build.Linking;

namespace AzaleaOS.Tests.Unit.Linking;

/// <summary>Unpacks a block as the code in a packed kernel does, by the notation alone; who breaks a rule of it fails.</summary>
internal sealed class BlockReader(byte[] packed)
{
    private readonly List<byte> _bytes = [];
    private int _next;
    private int _distance;

    /// <summary>Bytes of the block that were read.</summary>
    internal int Read => _next;

    internal byte[] Unpack()
    {
        List<int> atOnce = [];
        while (true)
        {
            int token = packed[_next++];
            Literals(token & BlockFormat.LongestRun);
            int group = Array.FindLastIndex(BlockFormat.FirstEntries, first => first <= token >> BlockFormat.RunBits);
            BlockFormat.Group said = BlockFormat.Groups[group];
            int length = said.Shortest + (token >> BlockFormat.RunBits) - BlockFormat.FirstEntries[group];
            if (said.Farthest != 0)
                _distance = said.Farthest - Enumerable.Range(0, said.DistanceBytes).Sum(i => packed[_next++] << (8 * i));
            if (length > 0)
            {
                Assert.InRange(_distance, length, _bytes.Count);
                atOnce.Add(_bytes.Count);
                Copy(length);
                continue;
            }

            int count = packed[_next++];
            if (length == BlockFormat.LongRepeat)
            {
                Assert.InRange(_distance, BlockFormat.LeastLongDistance, _bytes.Count);
                Copy(count);
            }
            else if (count > 0)
            {
                Literals(count);
            }
            else
            {
                Assert.All(atOnce, at => Assert.InRange(at, 0, _bytes.Count - BlockFormat.CopiedAtOnce));
                return [.. _bytes];
            }
        }
    }

    private void Literals(int count)
    {
        _bytes.AddRange(packed.AsSpan(_next, count));
        _next += count;
    }

    private void Copy(int count)
    {
        for (int i = 0; i < count; i++)
            _bytes.Add(_bytes[^_distance]);
    }
}
