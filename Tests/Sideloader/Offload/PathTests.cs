using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Offload;

/// <summary>Paths stay below the root whatever they are made of, and mean what they mean for a process in a chroot.</summary>
public sealed class PathTests : IDisposable
{
    private readonly HostDirectory _host = new();

    public PathTests()
    {
        Directory.CreateDirectory(_host["a/b/c"]);
        Directory.CreateDirectory(_host["etc"]);
        File.WriteAllText(_host["etc/passwd"], "inside");
        File.WriteAllText(_host["top"], "inside");
        File.CreateSymbolicLink(_host["absolute"], "/etc/passwd");
        File.CreateSymbolicLink(_host["a/up"], "../../../../../../../../etc/passwd");
        File.CreateSymbolicLink(_host["a/b/outside"], _host.Secret);
        File.CreateSymbolicLink(_host["a/b/relative"], "../../../outside/secret");
        Directory.CreateSymbolicLink(_host["a/dir"], _host.Outside);
        Directory.CreateSymbolicLink(_host["a/parent"], "..");
        Directory.CreateSymbolicLink(_host["a/root"], "/");
        File.CreateSymbolicLink(_host["magic"], "/proc/self/root/etc/passwd");
        File.CreateSymbolicLink(_host["loop"], "loop");
    }

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("/etc/passwd", "inside")]
    [InlineData("../../../../../../etc/passwd", "inside")]
    [InlineData("/../../../etc/passwd", "inside")]
    [InlineData("a/b/c/../../../../../../etc/passwd", "inside")]
    [InlineData("absolute", "inside")]
    [InlineData("a/up", "inside")]
    [InlineData("a/parent/etc/passwd", "inside")]
    [InlineData("a/root/etc/passwd", "inside")]
    [InlineData("a/root/../a/parent/../../top", "inside")]
    [InlineData("a/b/outside", Errno.ENOENT)]
    [InlineData("a/b/relative", Errno.ENOENT)]
    [InlineData("a/dir/secret", Errno.ENOENT)]
    [InlineData("../outside/secret", Errno.ENOENT)]
    [InlineData("magic", Errno.EREMOTE)]
    [InlineData("/proc/self/cwd", Errno.EREMOTE)]
    [InlineData("loop", Errno.ELOOP)]
    [InlineData("top/", Errno.ENOTDIR)]
    [InlineData("top/../top", Errno.ENOTDIR)]
    [InlineData("", Errno.ENOENT)]
    public void A_path_means_the_same_from_every_directory(string path, object expected)
    {
        using var client = new OffloadClient(_host.Root);
        Check(OffloadClient.Here, path);

        // From below: the same path after enough steps up.
        long below = client.Call(OffloadedCall.Open, "a/b/c", 0x10000, 0);
        Assert.True(below >= 0);
        if (path.Length > 0 && path[0] != '/')
            Check(below, "../../../" + path);
        else
            Check(below, path);
        Assert.Equal(0, client.Call(OffloadedCall.FChDir, below));
        Check(OffloadClient.Here, path.Length > 0 && path[0] != '/' ? "../../../" + path : path);
        _host.AssertOutsideUntouched();

        void Check(long directory, string name)
        {
            long file = client.Call(OffloadedCall.OpenAt, directory, name, 0, 0);
            if (expected is Errno errno)
            {
                Assert.Equal(-(long)errno, file);
                Assert.Equal(-(long)errno, client.CallFor(OffloadedCall.NewFStatAt, 144, out _, directory, name, 0, 0));
            }
            else
            {
                Assert.True(file >= 0, $"{name}: {file}");
                Assert.Equal((string)expected, Encoding.UTF8.GetString(client.Read(file, 100)));
                Assert.Equal(0, client.Call(OffloadedCall.Close, file));
            }
        }
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("../../../../x")]
    [InlineData("/../x")]
    [InlineData("a/parent/../x")]
    [InlineData("a/root/x")]
    public void What_is_made_above_the_root_is_made_in_it(string path)
    {
        using var client = new OffloadClient(_host.Root);
        Assert.Equal(0, client.Call(OffloadedCall.MkDir, path, 0x1FF));
        Assert.True(Directory.Exists(_host["x"]));
        Assert.Equal(0, client.Call(OffloadedCall.Rename, path, "../../y"));
        Assert.True(Directory.Exists(_host["y"]));
        Assert.Equal(0, client.Call(OffloadedCall.RmDir, "../y"));
        long file = client.Call(OffloadedCall.Creat, path, 0x1A4);
        Assert.True(file >= 0);
        Assert.Equal(0, client.Call(OffloadedCall.Link, path, "../../z"));
        Assert.Equal(0, client.Call(OffloadedCall.SymLink, "/etc/passwd", "../../s"));
        Assert.Equal(0, client.Call(OffloadedCall.Unlink, "../../z"));
        Assert.True(File.Exists(_host["x"]));
        Assert.Equal("/etc/passwd", new FileInfo(_host["s"]).LinkTarget);
        _host.AssertOutsideUntouched();
    }

    [Theory]
    [InlineData("a/dir")]
    [InlineData("a/b/outside")]
    [InlineData("a/b/relative")]
    public void A_link_that_points_outside_is_no_way_to_change_anything_there(string link)
    {
        using var client = new OffloadClient(_host.Root);
        Assert.NotEqual(0, client.Call(OffloadedCall.Truncate, link, 0));
        Assert.NotEqual(0, client.Call(OffloadedCall.ChMod, link, 0));
        Assert.NotEqual(0, client.Call(OffloadedCall.MkDir, link + "/new", 0x1FF));
        Assert.NotEqual(0, client.Call(OffloadedCall.Unlink, link + "/secret"));
        Assert.NotEqual(0, client.Call(OffloadedCall.Rename, "top", link + "/secret"));
        Assert.NotEqual(0, client.Call(OffloadedCall.ChDir, link));
        Assert.NotEqual(0, client.Call(OffloadedCall.LinkAt, OffloadClient.Here, link, OffloadClient.Here, "new", 0x400));
        Assert.Equal(-(long)Errno.ENOENT, client.Call(OffloadedCall.UTimeNsAt, OffloadClient.Here, link, -1, 0));
        _host.AssertOutsideUntouched();
    }

    [Fact]
    public void The_working_directory_is_told_as_the_application_sees_it()
    {
        using var client = new OffloadClient(_host.Root);
        Assert.Equal("/", Directory());
        Assert.Equal(0, client.Call(OffloadedCall.ChDir, "a/b"));
        Assert.Equal("/a/b", Directory());
        Assert.Equal(0, client.Call(OffloadedCall.Rename, "/a/b", "/a/renamed"));
        Assert.Equal("/a/renamed", Directory());
        Assert.Equal(0, client.Call(OffloadedCall.ChDir, "../../../../.."));
        Assert.Equal("/", Directory());
        Assert.Equal(-(long)Errno.ENOTDIR, client.Call(OffloadedCall.ChDir, "top"));
        Assert.Equal(-(long)Errno.ERANGE, client.CallFor(OffloadedCall.GetCwd, 1, out _));

        string Directory()
        {
            long length = client.CallFor(OffloadedCall.GetCwd, 100, out byte[] answer);
            Assert.Equal(answer.Length, length);
            return Encoding.UTF8.GetString(answer.AsSpan(0, (int)length - 1));
        }
    }

    [Fact]
    public void A_directory_that_is_moved_outside_by_the_host_leads_nowhere()
    {
        using var client = new OffloadClient(_host.Root);
        long directory = client.Call(OffloadedCall.Open, "a/b", 0x10000, 0);
        Directory.Move(_host["a/b"], Path.Combine(_host.Outside, "moved"));

        Assert.Equal(-(long)Errno.ENOENT, client.Call(OffloadedCall.OpenAt, directory, "../secret", 0, 0));
        Assert.Equal(-(long)Errno.ENOENT, client.Call(OffloadedCall.OpenAt, directory, "c/../../secret", 0, 0));
        Directory.Delete(Path.Combine(_host.Outside, "moved"), recursive: true);
    }

    [Fact]
    public void A_directory_that_becomes_a_link_on_the_way_leads_nowhere()
    {
        File.WriteAllText(_host["a/b/secret"], "harmless");
        Directory.CreateSymbolicLink(_host["a/link"], "../../outside");
        using var names = new ExchangedNames(_host["a/b"], _host["a/link"]);
        using var client = new OffloadClient(_host.Root);
        ExchangedNames.Try(10_000, 200_000, i =>
        {
            long file = client.Call(OffloadedCall.Open, (i & 1) == 0 ? "a/b/secret" : "a/b/../b/secret", 0, 0);
            if (file < 0)
            {
                Assert.Contains((Errno)(-file), new[] { Errno.ENOENT, Errno.ELOOP, Errno.EAGAIN });
                return false;
            }

            Assert.Equal("harmless"u8.ToArray(), client.Read(file, 100));
            Assert.Equal(0, client.Call(OffloadedCall.Close, file));
            return true;
        });
    }

    [Fact]
    public void Requests_at_random_change_nothing_outside()
    {
        using var client = new OffloadClient(_host.Root);
        var random = new Random(41);
        // Without those that could fill the disk by a number.
        ushort[] calls = [.. Enum.GetValues<OffloadedCall>().Except([OffloadedCall.FAllocate, OffloadedCall.CopyFileRange]).Select(call => (ushort)call)];
        string[] paths = ["a", "top", "../outside/secret", "/", "a/dir/secret", "a/b/outside", "..", ".", "", "a/../..", "a/b/", "new", "new/x", "//etc//passwd", "magic", "proc/x", "a/root/dev"];
        for (int i = 0; i < 40_000; i++)
        {
            long[] arguments = [.. Enumerable.Range(0, 6).Select(_ => random.Next(4) switch
            {
                0 => random.NextInt64(long.MinValue, long.MaxValue),
                1 => random.Next(-3, 10),
                2 => OffloadClient.Here,
                _ => random.Next(0, 0x1000),
            })];
            string one = paths[random.Next(paths.Length)];
            string other = paths[random.Next(paths.Length)];
            if (random.Next(4) != 0)
            {
                int first = random.Next(2);
                (arguments[0], arguments[first], arguments[first + 1 + random.Next(2)]) = (OffloadClient.Here, one.Length, other.Length);
            }

            ulong sequence = client.Send(calls[random.Next(calls.Length)], arguments, Encoding.UTF8.GetBytes(one + other + "tail"), random.Next(300), flags: (RequestFlags)random.Next(4));
            // A read of a pipe may wait: it is interrupted, and never holds up the next.
            while (!client.IsAnswered(sequence))
                client.Cancel(sequence);
            long result = client.Wait(sequence, out _);
            Assert.True(result >= -4095, $"{result} is no error");
        }

        _host.AssertOutsideUntouched();
    }
}
