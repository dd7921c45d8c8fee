using System.Numerics;
using AzaleaOS.Plugs.CoreLib;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Compilation;

/// <summary>Plugs that can run on the host as well.</summary>
public class PlugTests
{
    [Property]
    public bool Bits_are_counted_as_the_processor_counts_them(ulong value)
        => BitOperationsPlug.PopCount(value) == BitOperations.PopCount(value)
            && BitOperationsPlug.PopCount((uint)value) == BitOperations.PopCount((uint)value);

    [Theory]
    [InlineData(0UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(0x8000_0000_0000_0001UL)]
    public void Bits_are_counted_at_the_ends(ulong value)
        => Assert.Equal(BitOperations.PopCount(value), BitOperationsPlug.PopCount(value));
}
