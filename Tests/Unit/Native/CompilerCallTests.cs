using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Native;

namespace AzaleaOS.Tests.Unit.Native;

public sealed class CompilerCallTests
{
    [Theory]
    [InlineData("hello.c", true, "a.out", "hello.c")]
    [InlineData("-O2 hello.c -o hello", true, "hello", "-O2 hello.c")]
    [InlineData("-ohello part.o -lm", true, "hello", "part.o -lm")]
    [InlineData("-c hello.c -o hello.o", false, "a.out", "-c hello.c -o hello.o")]
    [InlineData("-E -", false, "a.out", "-E -")]
    [InlineData("--version", false, "a.out", "--version")]
    [InlineData("-dumpmachine", false, "a.out", "-dumpmachine")]
    [InlineData("-print-file-name=libc.a", false, "a.out", "-print-file-name=libc.a")]
    [InlineData("@words", true, "a.out", "@words")]
    [InlineData("hello.o -rdynamic -o hello", true, "hello", "hello.o")]
    public void Only_the_output_of_a_program_is_taken_from_gccs_words(string words, bool links, string output, string rest)
    {
        CompilerCall call = CompilerCall.Parse(words.Split(' '));
        Assert.Equal((links, output, rest), (call.Links, call.Output, string.Join(' ', call.Words)));
        Assert.False(call.Iso || call.Glibc || call.WithoutKernel);
    }

    [Fact]
    public void Our_own_words_are_not_gccs()
    {
        CompilerCall call = CompilerCall.Parse(["--iso", "hello.c", "--glibc"]);
        Assert.Equal((true, true, false), (call.Iso, call.Glibc, call.WithoutKernel));
        Assert.Equal(["hello.c"], call.Words);
        Assert.True(CompilerCall.Parse(["hello.c", "--no-kernel"]).WithoutKernel);
    }

    [Theory]
    [InlineData("AZ7954", "-shared", "part.c")]
    [InlineData("AZ7954", "-static-pie", "part.c")]
    [InlineData("AZ7954", "part.c", "-pie")]
    [InlineData("AZ7955", "part.c", "--iso", "--no-kernel")]
    public void What_is_no_static_program_at_its_address_is_refused(string code, params string[] words)
        => Assert.Equal(code, Assert.Single(Assert.Throws<LaunchException>(() => CompilerCall.Parse(words)).Diagnostics).Code);
}
