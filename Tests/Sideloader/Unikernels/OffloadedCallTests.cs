using AzaleaOS.Promotion;
using AzaleaOS.Sideloader.Offload;
using AzaleaOS.Sideloader.Statistics;

namespace AzaleaOS.Tests.Sideloader.Unikernels;

/// <summary>A program does on the unikernel, with the files of its peer, what it does on Linux.</summary>
public sealed class OffloadedCallTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("azalea-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void File_system_calls_have_the_results_of_Linux_by_syscall_and_by_promoted_call(bool promoted)
    {
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("files", program);
        (int status, string expected) = HostProgram.Run(program, MakeTree("linux"));

        if (promoted)
            File.WriteAllBytes(program, Promoter.Promote(File.ReadAllBytes(program)).File);
        string root = MakeTree("unikernel");
        using var unikernel = new Unikernel(program, new OffloadOptions { Root = root, Cores = 2 }, []);
        (int Status, string Output) result = unikernel.Wait();

        AssertAlike(expected, result.Output);
        Assert.Equal(status, result.Status);
        Assert.Equal(status << 8, unikernel.Device.ExitStatus);
    }

    [Fact]
    public void A_hundred_threads_wait_are_interrupted_and_lose_their_buffers_as_on_Linux()
    {
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("waits", program);
        (int status, string expected) = HostProgram.Run(program, MakeTree("linux"));

        using var unikernel = new Unikernel(program, new OffloadOptions { Root = MakeTree("unikernel"), Cores = 2 }, []);
        (int Status, string Output) result = unikernel.Wait();

        AssertAlike(expected, result.Output);
        Assert.Equal(status, result.Status);
    }

    [Fact]
    public void The_short_ways_end_where_Linux_says()
    {
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("ways", program);
        (int status, string expected) = HostProgram.Run(program, MakeTree("linux"));

        using var unikernel = new Unikernel(program, new OffloadOptions { Root = MakeTree("unikernel"), Cores = 2 }, []);
        (int Status, string Output) result = unikernel.Wait();

        AssertAlike(expected, result.Output);
        Assert.Equal(status, result.Status);
    }

    [Theory]
    [InlineData("ready")]
    [InlineData("moves")]
    public void Pipes_of_the_peer_are_ready_when_they_are_and_data_move_between_both_sides_as_on_Linux(string name)
    {
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile(name, program);
        (int status, string expected) = HostProgram.Run(program, MakeTree("linux"));

        using var unikernel = new Unikernel(program, new OffloadOptions { Root = MakeTree("unikernel"), Cores = 2 }, []);
        (int Status, string Output) result = unikernel.Wait();

        AssertAlike(expected, result.Output);
        Assert.Equal(status, result.Status);
    }

    [Fact]
    public void Flags_of_reads_and_writes_mean_what_they_mean_on_Linux()
    {
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("flags", program);
        (int status, string expected) = HostProgram.Run(program, MakeTree("linux"));

        using var unikernel = new Unikernel(program, new OffloadOptions { Root = MakeTree("unikernel"), Cores = 1 }, []);
        (int Status, string Output) result = unikernel.Wait();

        AssertAlike(expected, result.Output);
        Assert.Equal(status, result.Status);
    }

    [Fact]
    public void Nobody_copies_data_between_the_application_and_the_files()
    {
        string program = Path.Combine(_directory, "program");
        string counters = Path.Combine(_directory, "counters");
        HostProgram.Compile("copies", program);
        (int status, string expected) = HostProgram.Run(program, MakeTree("linux"));
        StatisticsFile.Create(counters, 2);
        using StatisticsFile statistics = StatisticsFile.Open(counters);

        using var unikernel = new Unikernel(program, new OffloadOptions { Root = MakeTree("unikernel"), Cores = 1, Statistics = statistics }, []);
        (int Status, string Output) result = unikernel.Wait();

        AssertAlike(expected, result.Output);
        Assert.Equal(status, result.Status);
        CallSnapshot snapshot = CallSnapshot.Take(statistics);
        Assert.True(snapshot.MovedData > 64 << 20, $"{snapshot.MovedData} bytes were moved");
        Assert.Equal((0ul, 0ul), (snapshot.CopiedData, statistics.CopiedByUnikernel));
        Assert.InRange(snapshot.CopiedOther, 1ul, (ulong)snapshot.Calls.Sum(call => (double)call.Calls) * 512);
    }

    [Fact]
    public void A_core_that_the_device_cannot_interrupt_makes_calls_like_any_other()
    {
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("far", program);

        // The second core's APIC id is 399, of which a message interrupt could name 8 bits.
        using var unikernel = new Unikernel(program, new OffloadOptions { Root = MakeTree("unikernel"), Cores = 2 }, [],
            ["-smp", "1,sockets=2,cores=144,threads=1,maxcpus=288", "-device", "max-x86_64-cpu,socket-id=1,core-id=143,thread-id=0"]);
        Assert.Equal((0, "core 1: 20 calls, 5 waits, interrupted\n"), unikernel.Wait());
    }

    [Fact]
    public void A_signal_of_the_peer_ends_a_program_that_waits()
    {
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("waiter", program);
        using var unikernel = new Unikernel(program, new OffloadOptions { Root = MakeTree("unikernel"), Cores = 1 }, []);
        while (!File.Exists(Path.Combine(_directory, "unikernel", "ready")) && !unikernel.Machine.HasExited)
            Thread.Sleep(20);

        // One may come before the program reads: then it takes one more.
        for (int i = 0; i < 100 && !unikernel.Machine.HasExited; i++)
        {
            unikernel.Device.Raise(2);
            Thread.Sleep(100);
        }

        (int status, string output) = unikernel.Wait();
        Assert.Equal("signal 2, EINTR\n", output);
        Assert.Equal(9, status);
    }

    [Fact]
    public void When_the_peer_dies_calls_fail_whoever_waits_is_woken_and_the_program_goes_on()
    {
        // One waits in a call of the peer's, the other in poll, select and epoll alone.
        using Unikernel waiter = Start("waiter");
        using Unikernel watcher = Start("watcher");
        foreach ((Unikernel unikernel, string name) in new[] { (waiter, "waiter"), (watcher, "watcher") })
        {
            while (!File.Exists(Path.Combine(_directory, "tree of " + name, "ready")) && !unikernel.Machine.HasExited)
                Thread.Sleep(20);
            unikernel.KillPeer();
        }

        (int status, string output) = waiter.Wait(isPeerDead: true);
        Assert.Contains("the offload peer is given up", output, StringComparison.Ordinal);
        Assert.EndsWith("signal 0, EIO\n", output, StringComparison.Ordinal);
        Assert.Equal(9, status);
        (status, output) = watcher.Wait(isPeerDead: true);
        Assert.EndsWith("""
            poll 1: IN ERR HUP
            select 1: 1
            epoll 1: IN ERR HUP
            read -1 EIO
            poll again 1: IN ERR HUP

            """, output, StringComparison.Ordinal);
        Assert.Equal(9, status);

        Unikernel Start(string name)
        {
            string program = Path.Combine(_directory, name);
            HostProgram.Compile(name, program);
            return new Unikernel(program, new OffloadOptions { Root = MakeTree("tree of " + name), Cores = 2 }, []);
        }
    }

    [Fact]
    public void What_cannot_be_waited_for_is_refused_by_epoll_as_on_Linux()
    {
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("unpollable", program);
        string linux = MakeTree("linux");
        File.CreateSymbolicLink(Path.Combine(linux, "devices"), "/dev");
        (int status, string expected) = HostProgram.Run(program, linux);

        string root = MakeTree("unikernel");
        Directory.CreateDirectory(Path.Combine(root, "devices"));
        using var unikernel = new Unikernel(program, new OffloadOptions { Root = root, Mounts = [new MountedDirectory("/dev", "/devices", ReadOnly: false)], Cores = 1 }, []);
        (int Status, string Output) result = unikernel.Wait();

        AssertAlike(expected, result.Output);
        Assert.Equal(status, result.Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Paths_that_lead_to_the_kernels_own_places_mean_what_they_mean_on_Linux(bool mounted)
    {
        string program = Path.Combine(_directory, "program");
        HostProgram.Compile("places", program);
        string linux = MakeTree("linux");
        (int status, string expected) = HostProgram.Run(program, linux, linux);

        // What the tree has there itself is never seen.
        string root = MakeTree("unikernel");
        string elsewhere = Directory.CreateDirectory(Path.Combine(_directory, "elsewhere")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "more"));
        Directory.CreateDirectory(Path.Combine(root, "proc", "self"));
        File.WriteAllText(Path.Combine(root, "proc", "self", "comm"), "the tree's");
        File.WriteAllText(Path.Combine(root, "proc", "nothing"), "the tree's");
        var options = new OffloadOptions { Root = root, Mounts = mounted ? [new MountedDirectory(elsewhere, "/more", ReadOnly: false)] : [], Cores = 1 };
        using var unikernel = new Unikernel(program, options, []);
        (int Status, string Output) result = unikernel.Wait();

        AssertAlike(expected, result.Output);
        Assert.Equal(status, result.Status);
        Assert.Equal(["comm", "nothing", "self"], Directory.GetFileSystemEntries(Path.Combine(root, "proc"), "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void An_image_without_the_property_has_nothing_of_the_channel()
    {
        byte[] with = File.ReadAllBytes(Path.ChangeExtension(Unikernel.Image("Sideloaded"), null).Replace(".stripped", "", StringComparison.Ordinal) + ".map");
        byte[] without = File.ReadAllBytes(Path.ChangeExtension(Unikernel.Image("Runner"), null).Replace(".stripped", "", StringComparison.Ordinal) + ".map");
        Assert.Contains("OffloadChannel", System.Text.Encoding.UTF8.GetString(with), StringComparison.Ordinal);
        Assert.DoesNotContain("OffloadChannel", System.Text.Encoding.UTF8.GetString(without), StringComparison.Ordinal);
        Assert.DoesNotContain("Forwarding", System.Text.Encoding.UTF8.GetString(without), StringComparison.Ordinal);
    }

    private static void AssertAlike(string linux, string unikernel)
    {
        string[] expected = linux.Split('\n');
        string[] found = unikernel.Split('\n');
        string[] differences = [.. expected.Zip(found).Where(pair => pair.First != pair.Second).Select(pair => $"Linux: {pair.First} unikernel: {pair.Second}")];
        Assert.True(differences.Length == 0, string.Join('\n', differences));
        Assert.Equal(expected.Length, found.Length);
    }

    private string MakeTree(string name)
    {
        string root = Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
        File.WriteAllText(Path.Combine(root, "given"), "0123456789");
        return root;
    }
}
