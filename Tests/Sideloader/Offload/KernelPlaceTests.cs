using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Sideloader.Offload;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Offload;

/// <summary>Paths that lead to /proc, /sys and /dev, which are the unikernel's: nothing is done, and it is told where they lead.</summary>
public sealed class KernelPlaceTests : IDisposable
{
    private readonly HostDirectory _host = new();

    public KernelPlaceTests()
    {
        Directory.CreateDirectory(_host["proc/self"]);
        Directory.CreateDirectory(_host["etc/below"]);
        File.WriteAllText(_host["proc/self/stat"], "the tree's");
        File.WriteAllText(_host["etc/file"], "the tree's");
        Directory.CreateSymbolicLink(_host["etc/p"], "/proc");
        Directory.CreateSymbolicLink(_host["etc/slash"], "/proc//");
        Directory.CreateSymbolicLink(_host["etc/q"], "./p/self");
        Directory.CreateSymbolicLink(_host["etc/root"], "/");
        Directory.CreateSymbolicLink(_host["etc/up"], "../../../../dev");
        File.CreateSymbolicLink(_host["etc/out"], "/proc/../etc/file");
        File.CreateSymbolicLink(_host["etc/loop"], "loop");
    }

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("/proc", 0, "/proc")]
    [InlineData("proc", 0, "/proc")]
    [InlineData("./proc/self/../self//stat", 0, "/proc/self/../self//stat")]
    [InlineData("../sys/x", 0, "/sys/x")]
    [InlineData("etc/../dev/null", 0, "/dev/null")]
    [InlineData("/etc/p", 1, "/proc")]
    [InlineData("etc/p/", 1, "/proc/")]
    [InlineData("etc/p/self/stat", 1, "/proc/self/stat")]
    [InlineData("etc/slash/x", 1, "/proc///x")]
    [InlineData("etc/q/stat", 2, "/proc/self/stat")]
    [InlineData("etc/root/proc/x", 1, "/proc/x")]
    [InlineData("etc/up/shm/a", 1, "/dev/shm/a")]
    [InlineData("proc/../proc/../dev/x", 0, "/dev/x")]
    [InlineData("etc/below/../../etc/p/../sys", 1, "/sys")]
    public void A_path_that_leads_to_one_is_told(string path, int links, string place)
    {
        foreach (bool mounted in new[] { false, true })
        {
            using OffloadClient client = Connect(mounted);
            Check(client, OffloadClient.Here, path);
            long root = client.Call(OffloadedCall.Open, "/", 0x10000, 0);
            Check(client, root, path);
            long below = client.Call(OffloadedCall.Open, "etc/below", 0x10000, 0);
            Check(client, below, path[0] == '/' ? path : "../../" + path);
            Assert.Equal(0, client.Call(OffloadedCall.FChDir, below));
            Check(client, OffloadClient.Here, path[0] == '/' ? path : "../../../" + path);
        }

        void Check(OffloadClient client, long directory, string name)
        {
            Assert.Equal(-(long)Errno.EREMOTE, client.Call(OffloadedCall.OpenAt, directory, name, 0, 0));
            Assert.Equal(-(long)Errno.EREMOTE, client.Call(OffloadedCall.UnlinkAt, directory, name.TrimEnd('/') + "/x", 0));
            Assert.Equal((links, place), Explain(client, OffloadedCall.OpenAt, directory, name, 0, 0));
            Assert.Equal((links, place), Explain(client, OffloadedCall.NewFStatAt, directory, name, 0, 0));
            Assert.Equal((links, place.TrimEnd('/') + "/x"), Explain(client, OffloadedCall.MkDirAt, directory, name.TrimEnd('/') + "/x", 0));
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("etc/file")]
    [InlineData("etc/out")]
    [InlineData("etc/loop")]
    [InlineData("process")]
    [InlineData("etc/proc")]
    [InlineData("proc/..")]
    [InlineData("etc/p/../etc/new")]
    public void A_path_that_does_not_is_the_trees_and_to_ask_changes_nothing(string path)
    {
        using OffloadClient client = Connect(mounted: false);
        string[] before = Names();
        long file = client.Call(OffloadedCall.Open, path, 0, 0);
        Assert.NotEqual(-(long)Errno.EREMOTE, file);
        foreach (OffloadedCall call in new[] { OffloadedCall.Open, OffloadedCall.Truncate, OffloadedCall.MkDir, OffloadedCall.Unlink, OffloadedCall.RmDir, OffloadedCall.ChMod, OffloadedCall.MkNod, OffloadedCall.ChDir })
        {
            long told = client.CallFor(call, 100, out byte[] answer, RequestFlags.Explain, path, 0x42, 0x1FF);
            // A last name that is made or removed counts to the place that it is in, even if it is "..".
            if (told > 0)
                Assert.Equal("/proc/.."u8, answer.AsSpan(1));
            else
                Assert.Contains(told, new[] { 0, -(long)Errno.ELOOP, -(long)Errno.EBUSY, -(long)Errno.EISDIR, -(long)Errno.EEXIST });
        }

        Assert.True(client.CallFor(OffloadedCall.Rename, 100, out _, RequestFlags.Explain, "etc/file", "etc/" + Path.GetRandomFileName()) <= 0);
        Assert.True(client.CallFor(OffloadedCall.Link, 100, out _, RequestFlags.Explain, "etc/file", "etc/" + Path.GetRandomFileName()) <= 0);
        Assert.Equal(before, Names());
        Assert.Equal("the tree's", File.ReadAllText(_host["etc/file"]));
        client.CallFor(OffloadedCall.GetCwd, 100, out byte[] directory);
        Assert.Equal("/\0"u8.ToArray(), directory);

        string[] Names() => [.. Directory.GetFileSystemEntries(_host.Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public void A_link_at_the_end_that_is_not_followed_is_the_trees()
    {
        using OffloadClient client = Connect(mounted: false);
        Assert.Equal(-(long)Errno.EREMOTE, client.CallFor(OffloadedCall.Stat, 144, out _, "etc/p", 0));
        Assert.Equal(0, client.CallFor(OffloadedCall.LStat, 144, out _, "etc/p", 0));
        Assert.Equal(5, client.CallFor(OffloadedCall.ReadLink, 100, out byte[] target, "etc/p", 0, 0));
        Assert.Equal("/proc", Encoding.UTF8.GetString(target));
        Assert.Equal(-(long)Errno.ELOOP, client.Call(OffloadedCall.Open, "etc/p", 0x20000, 0));
        Assert.Equal(-(long)Errno.EEXIST, client.Call(OffloadedCall.Open, "etc/p", 0x42 | 0x80, 0x1FF));
        Assert.Equal(0, client.Call(OffloadedCall.Rename, "etc/p", "etc/renamed"));
        Assert.Equal(0, client.Call(OffloadedCall.Unlink, "etc/renamed"));
        Assert.Equal(-(long)Errno.EREMOTE, client.Call(OffloadedCall.Rename, "etc/file", "proc/file"));
        Assert.Equal(-(long)Errno.EREMOTE, client.Call(OffloadedCall.Rename, "proc/self/stat", "etc/stat"));
    }

    [Fact]
    public void An_image_that_does_not_know_them_sees_the_tree()
    {
        using var client = new OffloadClient(_host.Root, greet: false);
        Assert.Equal(0, client.Greet(out _, features: ChannelFeatures.FileTree));
        foreach (string path in new[] { "/proc/self/stat", "proc/self/stat", "etc/q/stat" })
        {
            long file = client.Call(OffloadedCall.Open, path, 0, 0);
            Assert.Equal("the tree's"u8.ToArray(), client.Read(file, 100));
        }
    }

    private OffloadClient Connect(bool mounted)
    {
        Directory.CreateDirectory(_host["more"]);
        return new OffloadClient(greet: true, new OffloadOptions { Root = _host.Root, Mounts = mounted ? [new MountedDirectory(_host.Outside, "/more", ReadOnly: false)] : [] });
    }

    private static (int Links, string Place) Explain(OffloadClient client, OffloadedCall call, long directory, string path, params ReadOnlySpan<object> rest)
    {
        long length = client.CallFor(call, 4096, out byte[] answer, [RequestFlags.Explain, directory, path, .. rest]);
        Assert.True(length > 0, $"{call} {path}: {length}");
        Assert.Equal(answer.Length, length);
        return (answer[0], Encoding.UTF8.GetString(answer, 1, answer.Length - 1));
    }
}
