using AzaleaOS.Loader;

namespace AzaleaOS.Tests.Unit.Applications;

/// <summary>When a program's end is explained by too little memory.</summary>
public sealed class MemoryHintTests
{
    [Theory]
    [InlineData(255, 1 << 20, true)]
    [InlineData(255, 2 << 20, false)]
    [InlineData(0, 1 << 20, false)]
    [InlineData(134, 1 << 20, false)]
    public void Only_the_status_of_a_runtime_that_did_not_start_in_a_small_machine_is_explained(int status, ulong memory, bool isExplained)
        => Assert.Equal(isExplained, MemoryHint.IsFitting(status, memory));
}
