using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using AzaleaOS.Build.Launching;
using Xunit.Abstractions;

namespace AzaleaOS.Tests.Sideloader.Guests;

/// <summary>A Linux guest that nobody here wrote finds by virtio-fs what is in the directory, and leaves there what it writes.</summary>
public sealed class StockGuestTests(StockGuest guest, ITestOutputHelper output) : IClassFixture<StockGuest>
{
    [Fact]
    public void It_mounts_the_directory_lists_it_and_lets_it_go_without_breaking_a_rule_of_VIRTIO()
    {
        var big = new FileInfo(Path.Combine(guest.Root, "big"));
        string[] lines = guest.Part("list").TrimEnd().Split('\n');
        Assert.Equal(["big", "fio"], lines[..^1]);
        string[] fields = lines[^1].Split(' ');
        Assert.Equal($"{big.Length} {Convert.ToString((int)big.UnixFileMode, 8)}", $"{fields[0]} {fields[1]}");
        Assert.Equal(new DateTimeOffset(big.LastWriteTimeUtc).ToUnixTimeSeconds(), long.Parse(fields[4], CultureInfo.InvariantCulture));

        Assert.Equal((MachineEnding.Exited, 0), (guest.Result.Ending, guest.Result.Status));
        Assert.Equal((0, ""), (guest.DaemonStatus, guest.DaemonMessages));
    }

    [Fact]
    public void It_reads_and_copies_64_MiB_as_they_are()
    {
        Assert.Equal($"{guest.Hash}  big\n", guest.Part("hash"));
        Assert.Equal("copied\n", guest.Part("copy"));
        Assert.Equal(guest.Hash, Convert.ToHexStringLower(MD5.HashData(File.ReadAllBytes(Path.Combine(guest.Root, "copy")))));
    }

    [Fact]
    public void It_makes_the_same_tree_as_this_host()
    {
        DirectoryInfo own = Directory.CreateTempSubdirectory("azt-");
        try
        {
            Assert.Equal(RunTreeScript(own.FullName, ""), guest.Part("tree"));
            Assert.Equal(RunTreeScript(own.FullName, "look"), RunTreeScript(Path.Combine(guest.Root, "tree"), "look"));
        }
        finally
        {
            own.Delete(recursive: true);
        }
    }

    [Fact]
    public void Thousands_of_random_operations_leave_the_file_of_the_model()
    {
        output.WriteLine($"AZALEA_MODEL_SEED={StockGuest.Seed}");
        byte[] file = File.ReadAllBytes(Path.Combine(guest.Root, "model.file"));
        // FNV-1a, as the program has it.
        ulong sum = file.Aggregate(14695981039346656037, (sum, value) => (sum ^ value) * 1099511628211);
        Assert.Equal($"steps {StockGuest.Operations} size {file.Length} sum {sum:x16}\n", guest.Part("model"));
    }

    [Fact]
    public void What_fio_writes_it_finds_again_and_what_is_wrong_it_reports()
        => Assert.Equal("verify 0\nthreads 0\nwrong 1\n", guest.Part("fio"));

    private static string RunTreeScript(string directory, string word)
    {
        var start = new ProcessStartInfo("/bin/busybox", ["sh", StockGuest.TreeScript, word]) { WorkingDirectory = directory, RedirectStandardOutput = true };
        start.Environment["TZ"] = "UTC0";
        using Process process = Process.Start(start)!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return said;
    }
}
