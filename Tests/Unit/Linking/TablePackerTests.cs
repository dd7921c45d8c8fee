using AzaleaOS.Abi;
using AzaleaOS.Build.Linking;
using AzaleaOS.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Linking;

public sealed class TablePackerTests
{
    private static readonly Gen<byte[]> s_tables =
        from pieces in Gen.Choose(0, 255).ListOf().ArrayOf()
        from repeats in Gen.Choose(0, 5).ArrayOf(pieces.Length)
        select pieces.Zip(repeats, (piece, times) => Enumerable.Repeat(piece, times).SelectMany(p => p)).SelectMany(p => p).Select(b => (byte)b).ToArray();

    [Property(MaxTest = 300)]
    public Property What_the_build_packs_the_kernel_unpacks()
        => Prop.ForAll(s_tables.ToArbitrary(), table => Assert.Equal(table, Unpack(TablePacker.Pack(table), table.Length)));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(70_000, 0)]
    [InlineData(70_000, 0xff)]
    public void Long_repeats_and_carries_come_back(int length, byte value)
    {
        var table = new byte[length];
        Array.Fill(table, value);
        byte[] packed = TablePacker.Pack(table);
        Assert.Equal(table, Unpack(packed, length));
        Assert.InRange(packed.Length, 1, 200);
    }

    [Property(MaxTest = 500)]
    public bool Bytes_of_chance_come_back(int seed, byte bits)
    {
        var random = new Random(seed);
        byte[] table = [.. Enumerable.Range(0, random.Next(3000)).Select(_ => (byte)random.Next(1 << (bits % 9)))];
        return table.AsSpan().SequenceEqual(Unpack(TablePacker.Pack(table), table.Length));
    }

    [Property(MaxTest = 500)]
    public void Damaged_bytes_give_a_table_or_none_and_never_a_crash(byte[] before, (ushort At, byte Value)[] changes, ushort cut)
    {
        byte[] packed = TablePacker.Pack([.. before, .. before, .. "AzaleaOS.Files.FileTree"u8]);
        foreach ((ushort at, byte value) in changes)
            packed[at % packed.Length] = value;
        byte[] left = packed[..(packed.Length - (cut % 4 == 0 ? cut % packed.Length : 0))];
        var target = new byte[200];
        Assert.InRange(TableUnpacker.Unpack(left, new ushort[PackedTableFormat.ModelCount], target), 0, target.Length);
    }

    [Fact]
    public void A_table_without_room_is_not_unpacked()
    {
        byte[] packed = TablePacker.Pack([1, 2, 3]);
        Assert.Equal(0, TableUnpacker.Unpack(packed, new ushort[PackedTableFormat.ModelCount], new byte[2]));
        Assert.Equal(0, TableUnpacker.Unpack(packed, new ushort[PackedTableFormat.ModelCount - 1], new byte[3]));
    }

    private static byte[] Unpack(byte[] packed, int length)
    {
        var target = new byte[length + 7];
        int unpacked = TableUnpacker.Unpack(packed, new ushort[PackedTableFormat.ModelCount], target);
        return target[..unpacked];
    }
}
