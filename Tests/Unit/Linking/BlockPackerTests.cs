using AzaleaOS.Build.Linking;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Linking;

/// <summary>What is packed comes back; that the machine code reads the same notation is shown by every test that boots a packed kernel.</summary>
public sealed class BlockPackerTests
{
    private static readonly Gen<byte[]> s_blocks =
        from pieces in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf().ArrayOf()
        from order in Gen.Choose(0, 1000).ListOf()
        select pieces.Length == 0 ? [] : (byte[])[.. order.SelectMany(i => pieces[i % pieces.Length])];

    [Property(MaxTest = 300)]
    public Property What_is_packed_comes_back()
        => Prop.ForAll(s_blocks.ToArbitrary(), ComesBack);

    [Property(MaxTest = 300)]
    public bool Bytes_of_chance_come_back(int seed, byte bits)
    {
        var random = new Random(seed);
        return ComesBack([.. Enumerable.Range(0, random.Next(3000)).Select(_ => (byte)random.Next(1 << (bits % 9)))]);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(15, 0)]
    [InlineData(17, 0)]
    [InlineData(30_000, 0)]
    [InlineData(30_000, 0xff)]
    public void Long_repeats_take_few_bytes(int length, byte value)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, value);
        Assert.True(ComesBack(bytes));
        Assert.InRange(BlockPacker.Pack(bytes).Length, 1, 22 + (length / 100));
    }

    [Fact]
    public void Each_group_is_used_up_to_its_farthest_distance()
    {
        foreach (BlockFormat.Group group in BlockFormat.Groups.Where(g => g.Farthest > 0))
        {
            byte[] bytes = new byte[group.Farthest + 100];
            new Random(1).NextBytes(bytes);
            bytes.AsSpan(10, group.Longest).CopyTo(bytes.AsSpan(10 + group.Farthest));
            Assert.True(ComesBack(bytes));
            int without = BlockPacker.Pack(bytes[..(10 + group.Farthest)]).Length + BlockPacker.Pack(bytes[(10 + group.Farthest + group.Longest)..]).Length;
            Assert.InRange(BlockPacker.Pack(bytes).Length, 1, without + 1 + group.DistanceBytes);
        }
    }

    [Fact]
    public void The_groups_have_all_tokens()
    {
        Assert.Equal(BlockFormat.TokenCount, BlockFormat.Groups.Sum(g => g.Longest - g.Shortest + 1) << BlockFormat.RunBits);
        Assert.Equal(0, BlockFormat.Groups[0].DistanceBytes);
        Assert.All(BlockFormat.Groups, g => Assert.InRange(g.Longest, 1, BlockFormat.CopiedAtOnce));
        Assert.All(BlockFormat.Groups.Skip(1), g => Assert.InRange(g.Shortest, 2, g.Longest));
    }

    [Property(MaxTest = 200)]
    public void The_nearest_match_of_each_length_is_found(int seed)
    {
        var random = new Random(seed);
        byte[] bytes = [.. Enumerable.Range(0, 300).Select(_ => (byte)random.Next(3))];
        var finder = new MatchFinder(bytes);
        List<(int Length, int Distance)> found = [];
        for (int at = 0; at < bytes.Length; at++)
        {
            finder.Next(at, found);
            List<(int, int)> expected = [];
            int longest = 1;
            for (int distance = 1; distance <= at; distance++)
            {
                int length = Math.Min(MatchFinder.LongestMatch, bytes.AsSpan(at).CommonPrefixLength(bytes.AsSpan(at - distance)));
                if (length > longest)
                    expected.Add((longest = length, distance));
            }

            Assert.Equal(expected, found);
        }
    }

    private static bool ComesBack(byte[] bytes)
    {
        byte[] packed = BlockPacker.Pack(bytes);
        var reader = new BlockReader(packed);
        return bytes.SequenceEqual(reader.Unpack()) && reader.Read == packed.Length;
    }
}
