using System.Globalization;
using System.Text;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Machines;

/// <summary>UserApps/Kernel, a kernel that reads lines and does what they say.</summary>
public sealed class ShellTests
{
    private static string Image => Path.Combine(SourceTree.Root, "UserApps", "Kernel", "bin", SourceTree.Configuration, "net10.0", "Kernel.stripped.elf");

    [Fact]
    public async Task Lines_are_read_and_obeyed_until_one_says_exit()
    {
        MachineResult result = await Run("cores\nhello, kernel\nmem\r\nticks\nexit 300\nexxit\b\b\bit 7\nnever\n");

        Assert.Equal((MachineEnding.Exited, 7), (result.Ending, result.Status));
        string[] lines = result.Output.Replace("> ", "", StringComparison.Ordinal).Split('\n');
        Assert.Equal("AzaleaOS has booted. help lists what can be typed.", lines[0]);
        Assert.Equal("3 cores", lines[1]);
        Assert.Equal("hello, kernel", lines[2]);
        string[] memory = lines[3].Split(' ');
        Assert.Equal("KiB of KiB are free", string.Join(' ', memory[1..3].Concat(memory[4..])));
        Assert.InRange(int.Parse(memory[3], CultureInfo.InvariantCulture), 80 << 10, 96 << 10);
        Assert.InRange(int.Parse(memory[0], CultureInfo.InvariantCulture), 60 << 10, int.Parse(memory[3], CultureInfo.InvariantCulture));
        Assert.EndsWith(" ticks", lines[4]);
        Assert.Equal("exit takes a number from 0 to 255", lines[5]);
        Assert.Equal("", string.Concat(lines[6..]));
    }

    [Fact]
    public async Task The_end_of_the_input_ends_it_with_status_0()
    {
        MachineResult result = await Run("help");
        Assert.Equal((MachineEnding.Exited, 0), (result.Ending, result.Status));
        Assert.Contains("exit N  ends with a status", result.Output);
    }

    private static Task<MachineResult> Run(string input)
        => Machine.RunAsync(
            new MachineDescription { Kernel = Image, Cpus = 3, Memory = MemorySize.Mebibytes(96), Timeout = TimeSpan.FromSeconds(60) },
            new MachineStreams { Input = ConsoleInput.From(new MemoryStream(Encoding.ASCII.GetBytes(input))) },
            CancellationToken.None);
}
