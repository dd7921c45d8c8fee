using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>How many of the system calls that promoted programs make are calls.</summary>
/// <remarks>That they do what they did is tested all over: programs on more than one core are promoted, see <see cref="ProgramRun"/>.</remarks>
public sealed class PromotionTests
{
    [Theory]
    [InlineData("hello")]
    [InlineData("/bin/busybox", "sort", "library.lua")]
    [InlineData("/bin/busybox", "sha256sum", "library.lua")]
    [InlineData("/bin/busybox", "find", ".")]
    [InlineData("/bin/busybox", "sed", "s/a/b/", "library.lua")]
    [InlineData("csharp-exec", "hello")]
    [InlineData("csharp-exec", "files")]
    public void Of_the_calls_that_a_program_executes_at_least_95_percent_are_promoted(string program, params string[] arguments)
    {
        using var counter = new CallCounter();
        (long bySyscall, long promoted, string text) = counter.Count(program.StartsWith('/') ? program : ProgramStore.Find(program), arguments);
        Assert.True(promoted > 5 && promoted >= 0.95 * (promoted + bySyscall), text);
    }
}
