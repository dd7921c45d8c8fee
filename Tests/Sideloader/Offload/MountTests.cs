using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Offload;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Offload;

/// <summary>Several directories of the host in one tree of the application.</summary>
public sealed class MountTests : IDisposable
{
    private const long Here = OffloadClient.Here;

    private readonly HostDirectory _host = new();
    private readonly HostDirectory _data = new();
    private readonly HostDirectory _fixed = new();

    public MountTests()
    {
        Directory.CreateDirectory(_host["srv/data"]);
        Directory.CreateDirectory(_host["fixed"]);
        Directory.CreateDirectory(_data["deep/er"]);
        File.WriteAllText(_host["top"], "top");
        File.WriteAllText(_data["file"], "data");
        File.WriteAllText(_data["deep/file"], "deep");
        File.WriteAllText(_fixed["file"], "fixed");
        Directory.CreateSymbolicLink(_data["up"], "../..");
        File.CreateSymbolicLink(_data["absolute"], "/srv/data/file");
        File.CreateSymbolicLink(_host["in"], "srv/data/deep/../file");
        File.CreateSymbolicLink(_data["escape"], "../../../../outside/secret");
        File.CreateSymbolicLink(_data["loop"], "loop");
        Directory.CreateSymbolicLink(_data["magic"], "/proc/self/root");
    }

    public void Dispose()
    {
        _host.Dispose();
        _data.Dispose();
        _fixed.Dispose();
    }

    [Theory]
    [InlineData("/top", "top")]
    [InlineData("/srv/data/file", "data")]
    [InlineData("srv/data/deep/file", "deep")]
    [InlineData("/srv/data/../../top", "top")]
    [InlineData("/srv/data/up/top", "top")]
    [InlineData("/srv/data/up/srv/data/./file", "data")]
    [InlineData("/srv/data/absolute", "data")]
    [InlineData("/in", "data")]
    [InlineData("//srv///data//file", "data")]
    [InlineData("/../../srv/data/file", "data")]
    [InlineData("/fixed/file", "fixed")]
    [InlineData("/srv/data/escape", "ENOENT")]
    [InlineData("/srv/data/magic/etc/passwd", "EREMOTE")]
    [InlineData("/srv/data/loop", "ELOOP")]
    [InlineData("/top/x", "ENOTDIR")]
    [InlineData("/top/..", "ENOTDIR")]
    [InlineData("/srv/data/file/", "ENOTDIR")]
    [InlineData("/nothing/../top", "ENOENT")]
    [InlineData("", "ENOENT")]
    public void A_path_leads_through_mounts_and_links(string path, string expected)
    {
        using OffloadClient client = Open();
        Assert.Equal(expected, Read(client, Here, path));
    }

    [Fact]
    public void The_working_directory_has_the_application_s_path_and_dots_lead_out_of_a_mount()
    {
        using OffloadClient client = Open();
        Assert.Equal(0, client.Call(OffloadedCall.ChDir, "srv/data/deep"));
        Assert.Equal("/srv/data/deep", WorkingDirectory(client));
        Assert.Equal("top", Read(client, Here, "../../../top"));
        Assert.Equal("deep", Read(client, Here, "er/../file"));
        Assert.Equal(0, client.Call(OffloadedCall.ChDir, "../../../.."));
        Assert.Equal("/", WorkingDirectory(client));
        long directory = client.Call(OffloadedCall.Open, "/srv/data", 0x10000, 0);
        Assert.Equal("data", Read(client, directory, "file"));
        Assert.Equal("top", Read(client, directory, "../../top"));
        Assert.Equal(0, client.Call(OffloadedCall.FChDir, directory));
        Assert.Equal("/srv/data", WorkingDirectory(client));
    }

    [Fact]
    public void Names_do_not_move_from_mount_to_mount_and_mounts_stay()
    {
        using OffloadClient client = Open();
        Assert.Equal(-(long)Errno.EXDEV, client.Call(OffloadedCall.Rename, "/top", "/srv/data/top"));
        Assert.Equal(-(long)Errno.EXDEV, client.Call(OffloadedCall.Link, "/srv/data/file", "/file"));
        Assert.Equal(-(long)Errno.EBUSY, client.Call(OffloadedCall.Rename, "/srv/data", "/srv/other"));
        Assert.Equal(-(long)Errno.EBUSY, client.Call(OffloadedCall.Rename, "/srv", "/other"));
        Assert.Equal(-(long)Errno.EBUSY, client.Call(OffloadedCall.RmDir, "/srv/data"));
        Assert.Equal(-(long)Errno.EEXIST, client.Call(OffloadedCall.MkDir, "/srv/data", 0x1FF));
        Assert.Equal(0, client.Call(OffloadedCall.Rename, "/srv/data/file", "/srv/data/deep/moved"));
        Assert.Equal("data", File.ReadAllText(_data["deep/moved"]));
        Assert.Equal(0, client.Call(OffloadedCall.SymLink, "deep/moved", "/srv/data/link"));
        Assert.Equal("data", Read(client, Here, "/srv/data/link"));
        Assert.Equal(10, client.CallFor(OffloadedCall.ReadLink, 100, out byte[] answer, "/srv/data/link"));
        Assert.Equal("deep/moved", Encoding.UTF8.GetString(answer));
        Assert.True(client.Call(OffloadedCall.Open, "/srv/data/new", 0x41, 0x1A4) >= 0);
        Assert.True(File.Exists(_data["new"]));
        Assert.False(File.Exists(_host["srv/data/new"]));
    }

    [Fact]
    public void Nothing_changes_in_a_mount_that_is_read_only()
    {
        using OffloadClient client = Open();
        long file = client.Call(OffloadedCall.Open, "/fixed/file", 0, 0);
        Assert.True(file >= 0);
        long[] results =
        [
            client.Call(OffloadedCall.Open, "/fixed/file", 1, 0), client.Call(OffloadedCall.Open, "/fixed/new", 0x40, 0x1A4), client.Call(OffloadedCall.MkDir, "/fixed/new", 0x1FF),
            client.Call(OffloadedCall.Unlink, "/fixed/file"), client.Call(OffloadedCall.ChMod, "/fixed/file", 0), client.Call(OffloadedCall.FChMod, file, 0),
            client.Call(OffloadedCall.Truncate, "/fixed/file", 0), client.Call(OffloadedCall.FSetXAttr, file, "user.x", 0, 0, 0), client.Call(OffloadedCall.SetXAttr, "/fixed/file", "user.x", 0, 0, 0),
            client.Call(OffloadedCall.UTimeNsAt, Here, "/fixed/file", -1, 0), client.Call(OffloadedCall.Rename, "/fixed/file", "/fixed/x"), client.Call(OffloadedCall.SymLink, "x", "/fixed/x"),
            client.Call(OffloadedCall.Access, "/fixed/file", 2),
        ];
        Assert.All(results, result => Assert.Equal(-(long)Errno.EROFS, result));
        Assert.Equal(0, client.Call(OffloadedCall.ChMod, "/top", 0x180));
        Assert.Equal([_fixed["file"]], Directory.GetFileSystemEntries(_fixed.Root));
    }

    [Fact]
    public void A_mount_needs_a_directory_and_a_root()
    {
        ArgumentException failure = Assert.Throws<ArgumentException>(() => new OffloadDevice(new OffloadOptions { Root = _host.Root, Mounts = [new(_data.Root, "/nowhere", false)] }));
        Assert.Contains("make it first", failure.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new OffloadDevice(new OffloadOptions { Mounts = [new(_data.Root, "/srv", false)] }));
        Assert.Throws<LinuxException>(() => new OffloadDevice(new OffloadOptions { Root = _host.Root, Mounts = [new(_data["nothing"], "/srv", false)] }));
    }

    [Fact]
    public void A_directory_that_becomes_a_link_on_the_way_leads_nowhere()
    {
        // Inside the mount, "swap" is a directory and then a link out of everything.
        Directory.CreateDirectory(_data["swap"]);
        File.WriteAllText(_data["swap/secret"], "harmless");
        Directory.CreateSymbolicLink(_data["link"], _data.Outside);
        using var names = new ExchangedNames(_data["swap"], _data["link"]);
        using OffloadClient client = Open();
        ExchangedNames.Try(2000, 100_000, i =>
        {
            string text = Read(client, Here, (i & 1) == 0 ? "/srv/data/swap/secret" : "srv/data/swap/../swap/secret");
            Assert.Contains(text, new[] { "harmless", "ENOENT", "ELOOP", "EAGAIN", "ENOTDIR" });
            return text == "harmless";
        });
    }

    private OffloadClient Open() => new(greet: true, new OffloadOptions { Root = _host.Root, Mounts = [new(_data.Root, "/srv/data", false), new(_fixed.Root, "/fixed", true)] });

    private static string Read(OffloadClient client, long directory, string path)
    {
        long file = client.Call(OffloadedCall.OpenAt, directory, path, 0, 0);
        if (file < 0)
            return $"{(Errno)(-file)}";

        byte[] text = client.Read(file, 100);
        Assert.Equal(0, client.Call(OffloadedCall.Close, file));
        return Encoding.UTF8.GetString(text);
    }

    private static string WorkingDirectory(OffloadClient client)
    {
        long length = client.CallFor(OffloadedCall.GetCwd, 100, out byte[] answer);
        return Encoding.UTF8.GetString(answer.AsSpan(0, (int)length - 1));
    }
}
