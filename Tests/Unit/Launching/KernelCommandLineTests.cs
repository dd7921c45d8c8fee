using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Boot;
using AzaleaOS.Build.Launching;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Launching;

public class KernelCommandLineTests
{
    private static readonly Gen<string[]> s_words = Gen.Elements('a', ' ', '"', '\\', '\'', '\t', '-', '=', '$', 'ü').ArrayOf().Select(letters => new string(letters)).ArrayOf();

    [Property]
    public Property What_is_joined_is_split_into_the_same_words()
        => Prop.ForAll(s_words.ToArbitrary(), words => Assert.Equal(words, KernelCommandLine.Split(KernelCommandLine.Join(words))));

    [Property]
    public Property The_kernel_reads_the_arguments_that_were_written()
        => Prop.ForAll(s_words.ToArbitrary(), words => Assert.Equal(words, ReadByKernel(KernelCommandLine.Join(["verbose", "--", .. words]))));

    [Fact]
    public void More_than_the_kernel_can_hold_is_refused()
    {
        Assert.Equal(CommandLineBuffer.Capacity - 1, KernelCommandLine.Join([new string('x', CommandLineBuffer.Capacity - 1)]).Length);
        Assert.Equal(ExitStatus.Usage, Assert.Throws<LaunchException>(() => KernelCommandLine.Join([new string('x', CommandLineBuffer.Capacity)])).ExitStatus);
    }

    private static unsafe List<string> ReadByKernel(string line)
    {
        byte[] buffer = [.. Encoding.UTF8.GetBytes(line), 0];
        fixed (byte* text = buffer)
        {
            Assert.Equal(CommandLineError.None, CommandLineParser.Parse(text, buffer.Length - 1, out KernelOptions options));
            Assert.True(options.Verbose);
            var words = new List<string>();
            foreach (ByteString word in options.Arguments)
                words.Add(Encoding.UTF8.GetString(word.Span));
            return words;
        }
    }
}
