using AzaleaOS.Cpu;

namespace AzaleaOS.Tests.Unit.Cpu;

/// <summary>Which parts of the vector state are turned on.</summary>
public sealed class VectorStateTests
{
    [Theory]
    [InlineData(0x0003, 0x03)]
    [InlineData(0x0007, 0x07)]
    [InlineData(0x001f, 0x07)]
    [InlineData(0x00e7, 0xe7)]
    [InlineData(0x02ff, 0xe7)]
    [InlineData(0x0067, 0x07)]
    [InlineData(0x00e3, 0x03)]
    [InlineData(0x6_02e7, 0xe7)]
    public void AVX_512_comes_whole_and_with_AVX_or_not_at_all(uint supported, uint chosen)
        => Assert.Equal(chosen, VectorState.Choose(new CpuIdResult { Eax = supported }));
}
