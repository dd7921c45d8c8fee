using AzaleaOS.Loader;

namespace AzaleaOS.Tests.Unit.Applications;

/// <summary>When a program's end is explained by too little memory.</summary>
public sealed class MemoryHintTests
{
    [Theory]
    [InlineData(255, 1 << 20, true)]
    [InlineData(255, 2 << 20, false)]
    [InlineData(0, 1 << 20, false)]
    [InlineData(7, 1 << 20, false)]
    [InlineData(134, 1 << 20, true)]
    [InlineData(134, 2 << 20, false)]
    [InlineData(137, 1 << 20, true)]
    [InlineData(139, 1 << 20, true)]
    [InlineData(139, 2 << 20, false)]
    public void What_a_runtime_ends_with_in_a_small_machine_is_explained(int status, ulong memory, bool isExplained)
        => Assert.Equal(isExplained, MemoryHint.IsFitting(status, memory));
}
