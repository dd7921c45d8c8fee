using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.FileSystem;

/// <summary>A guest that tries to leave the directory.</summary>
public sealed class ConfinementTests : IDisposable
{
    private const ulong Root = FuseGuest.Root;

    private readonly HostDirectory _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("..", Errno.EINVAL)]
    [InlineData(".", Errno.EINVAL)]
    [InlineData("", Errno.EINVAL)]
    [InlineData("../outside", Errno.EINVAL)]
    [InlineData("/etc/passwd", Errno.EINVAL)]
    [InlineData("dir/../../outside/secret", Errno.EINVAL)]
    [InlineData("dir/", Errno.EINVAL)]
    [InlineData("...", Errno.ENOENT)]
    public void A_name_that_is_a_path_is_refused_by_every_operation(string name, Errno expected)
    {
        Directory.CreateDirectory(_host["dir"]);
        File.WriteAllText(_host["file"], "");
        using var guest = new FuseGuest(_host.Root);
        ulong file = guest.Lookup(Root, "file").Node;

        Assert.Equal(expected, guest.Try(FuseOperation.Lookup, Root, name));
        Assert.Equal(expected, guest.Try(FuseOperation.Unlink, Root, name));
        Assert.Equal(expected, guest.Try(FuseOperation.RemoveDirectory, Root, name));
        Assert.Equal(expected, guest.Try(FuseOperation.Rename, Root, new FuseLink { OldNode = Root }, name, "new"));
        if (expected == Errno.ENOENT)
            return;

        Assert.Equal(expected, guest.Try(FuseOperation.Create, Root, new FuseCreate { Flags = 1, Mode = 0x81A4 }, name));
        Assert.Equal(expected, guest.Try(FuseOperation.MakeDirectory, Root, new FuseMakeDirectory { Mode = 0x1FF }, name));
        Assert.Equal(expected, guest.Try(FuseOperation.MakeNode, Root, new FuseMakeNode { Mode = 0x81A4 }, name));
        Assert.Equal(expected, guest.Try(FuseOperation.SymbolicLink, Root, name, "x"));
        Assert.Equal(expected, guest.Try(FuseOperation.Link, Root, new FuseLink { OldNode = file }, name));
        Assert.Equal(expected, guest.Try(FuseOperation.Rename, Root, new FuseLink { OldNode = Root }, "file", name));
        _host.AssertOutsideUntouched();
        Assert.Equal(2, Directory.GetFileSystemEntries(_host.Root).Length);
    }

    [Fact]
    public void A_name_that_is_too_long_or_has_no_end_is_refused()
    {
        using var guest = new FuseGuest(_host.Root);

        Assert.Equal(Errno.ENAMETOOLONG, guest.Try(FuseOperation.Lookup, Root, new string('a', 256)));
        Assert.Equal(Errno.ENOENT, guest.Try(FuseOperation.Lookup, Root, new string('a', 255)));
        Assert.Equal(Errno.EINVAL, guest.Send(FuseOperation.Lookup, Root, "no end"u8, 200, out _));
        Assert.Equal(Errno.EINVAL, guest.Send(FuseOperation.Lookup, Root, [], 200, out _));
        Assert.Equal(Errno.EINVAL, guest.Send(FuseOperation.Rename, Root, [1, 0, 0, 0, 0, 0, 0, 0, (byte)'a', 0, (byte)'b'], 200, out _));
    }

    [Fact]
    public void A_symbolic_link_is_never_followed()
    {
        File.CreateSymbolicLink(_host["absolute"], _host.Secret);
        File.CreateSymbolicLink(_host["relative"], "../outside/secret");
        Directory.CreateSymbolicLink(_host["directory"], _host.Outside);
        File.CreateSymbolicLink(_host["magic"], "/proc/self/root/etc/passwd");
        using var guest = new FuseGuest(_host.Root);
        foreach (string name in new[] { "absolute", "relative", "directory", "magic" })
        {
            FuseEntry link = guest.Lookup(Root, name);
            Assert.Equal(0xA000u, link.Attributes.Mode & 0xF000);
            Assert.Equal(Errno.EINVAL, guest.Try(FuseOperation.Open, link.Node, new FuseOpen { Flags = 0 }));
            Assert.Equal(Errno.EINVAL, guest.Try(FuseOperation.Create, Root, new FuseCreate { Flags = 2, Mode = 0x81A4 }, name));
            Assert.Equal(Errno.ENOTDIR, guest.Try(FuseOperation.OpenDirectory, link.Node, default(FuseOpen)));
            Assert.Equal(Errno.ENOTDIR, guest.Try(FuseOperation.Lookup, link.Node, "secret"));
            Assert.Equal(Errno.ENOTDIR, guest.Try(FuseOperation.Unlink, link.Node, "secret"));
            Assert.NotEqual((Errno)0, guest.Try(FuseOperation.SetAttributes, link.Node, new FuseSetAttributes { Valid = FuseSetAttributes.HasSize, Size = 0 }));
            // Attributes of the link itself, where Linux lets them be set.
            guest.Try(FuseOperation.SetAttributes, link.Node, new FuseSetAttributes { Valid = FuseSetAttributes.HasModifyTime, ModifyTime = 1 });
            guest.Try(FuseOperation.SetAttributes, link.Node, new FuseSetAttributes { Valid = FuseSetAttributes.HasMode, Mode = 0 });
        }

        _host.AssertOutsideUntouched();
        Assert.NotEqual(1, new DateTimeOffset(File.GetLastWriteTimeUtc(_host.Secret)).ToUnixTimeSeconds());
        Assert.NotEqual((UnixFileMode)0, File.GetUnixFileMode(_host.Secret));
    }

    [Fact]
    public void Pipes_and_devices_are_not_opened_and_devices_not_made()
    {
        using var guest = new FuseGuest(_host.Root);
        ulong pipe = guest.Ask<FuseMakeNode, FuseEntry>(FuseOperation.MakeNode, Root, new() { Mode = 0x11A4 }, "pipe").Node;

        Assert.Equal(Errno.EINVAL, guest.Try(FuseOperation.Open, pipe, new FuseOpen { Flags = 0 }));
        Assert.Equal(Errno.EINVAL, guest.Try(FuseOperation.Create, Root, new FuseCreate { Flags = 1, Mode = 0x81A4 }, "pipe"));
        Assert.Equal(Errno.EPERM, guest.Try(FuseOperation.MakeNode, Root, new FuseMakeNode { Mode = 0x21B6, Device = 0x103 }, "null"));
        Assert.Equal(Errno.EPERM, guest.Try(FuseOperation.MakeNode, Root, new FuseMakeNode { Mode = 0x61B6, Device = 0x800 }, "disk"));
        using var devices = new FuseGuest("/dev");
        Assert.Equal(Errno.EINVAL, devices.Try(FuseOperation.Open, devices.Lookup(Root, "null").Node, new FuseOpen { Flags = 0 }));
    }

    [Fact]
    public void Numbers_that_the_guest_invents_mean_nothing()
    {
        using var guest = new FuseGuest(_host.Root);
        FuseCreated created = guest.Ask<FuseCreate, FuseCreated>(FuseOperation.Create, Root, new() { Flags = 2, Mode = 0x81A4 }, "file");
        ulong[] invented = [0, 2, 3, 4, 100, ulong.MaxValue, created.Entry.Node + 1, created.Entry.Node + (1UL << 32), created.Entry.Node & uint.MaxValue];
        foreach (ulong number in invented.Where(number => number != Root))
        {
            Assert.Equal(Errno.ESTALE, guest.Try(FuseOperation.GetAttributes, number, default(FuseOpen)));
            Assert.Equal(Errno.ESTALE, guest.Try(FuseOperation.Lookup, number, "file"));
            Assert.Equal(Errno.ESTALE, guest.Try(FuseOperation.Open, number, default(FuseOpen)));
            guest.Forget(number, 1000);
        }

        foreach (ulong number in invented.Where(number => number != created.Opened.Handle))
        {
            Assert.Equal(Errno.EBADF, guest.Try(FuseOperation.Read, Root, new FuseTransfer { Handle = number, Size = 10 }));
            Assert.Equal(Errno.EBADF, guest.Try(FuseOperation.Release, Root, new FuseHandleOnly { Handle = number }));
        }

        Assert.Equal(3, guest.Write(created.Opened.Handle, 0, "abc"u8));
    }

    [Fact]
    public void A_directory_that_becomes_a_link_while_it_is_searched_leads_nowhere()
    {
        Directory.CreateDirectory(_host["dir"]);
        File.WriteAllText(_host["dir/secret"], "harmless");
        Directory.CreateSymbolicLink(_host["link"], _host.Outside);
        ulong secret = InodeOf(_host.Secret);
        using var names = new ExchangedNames(_host["dir"], _host["link"]);
        using var guest = new FuseGuest(_host.Root);
        ExchangedNames.Try(20_000, 200_000, _ =>
        {
            FuseEntry entry = guest.Lookup(Root, "dir");
            Errno error = guest.Send(FuseOperation.Lookup, entry.Node, FuseGuest.Texts(["secret"]), 200, out byte[] answer);
            if ((entry.Attributes.Mode & 0xF000) == 0xA000)
            {
                Assert.Equal(Errno.ENOTDIR, error);
                return false;
            }

            Assert.Equal((Errno)0, error);
            Assert.NotEqual(secret, MemoryMarshal.Read<FuseEntry>(answer).Attributes.Inode);
            return true;
        });
        _host.AssertOutsideUntouched();
    }

    [Fact]
    public void Nothing_changes_when_the_share_is_read_only()
    {
        Directory.CreateDirectory(_host["dir"]);
        File.WriteAllText(_host["file"], "text");
        using var guest = new FuseGuest(_host.Root, readOnly: true);
        ulong file = guest.Lookup(Root, "file").Node;
        ulong handle = guest.Open(file, 0);
        Assert.Equal("text"u8.ToArray(), guest.Read(handle, 0, 10));

        Assert.Equal(Errno.EROFS, guest.Try(FuseOperation.Open, file, new FuseOpen { Flags = 1 }));
        Assert.Equal(Errno.EROFS, guest.Try(FuseOperation.Open, file, new FuseOpen { Flags = 2 }));
        Assert.Equal(Errno.EROFS, guest.Try(FuseOperation.Open, file, new FuseOpen { Flags = 0x200 }));
        Assert.Equal(Errno.EROFS, guest.Try(FuseOperation.Create, Root, new FuseCreate { Flags = 0, Mode = 0x81A4 }, "new"));
        Assert.Equal(Errno.EROFS, guest.Send(FuseOperation.Write, file, [.. FuseGuest.Payload(new FuseTransfer { Handle = handle, Size = 1 }, []), 1], 8, out _));
        foreach (FuseOperation operation in new[]
        {
            FuseOperation.SetAttributes, FuseOperation.SymbolicLink, FuseOperation.MakeNode, FuseOperation.MakeDirectory, FuseOperation.Unlink,
            FuseOperation.RemoveDirectory, FuseOperation.Rename, FuseOperation.RenameWithFlags, FuseOperation.Link, FuseOperation.Allocate,
            FuseOperation.CopyRange, FuseOperation.SetExtendedAttribute, FuseOperation.RemoveExtendedAttribute,
        })
        {
            Assert.Equal(Errno.EROFS, guest.Send(operation, file, new byte[100], 100, out _));
        }

        Assert.Equal("text", File.ReadAllText(_host["file"]));
        Assert.Equal(2, Directory.GetFileSystemEntries(_host.Root).Length);
    }

    [Fact]
    public void Requests_at_random_change_nothing_outside()
    {
        File.CreateSymbolicLink(_host["link"], "../outside");
        using var guest = new FuseGuest(_host.Root);
        var random = new Random(31);
        // Without those that could fill the disk by a number.
        FuseOperation[] operations = [.. Enum.GetValues<FuseOperation>().Except([FuseOperation.Allocate, FuseOperation.CopyRange]), (FuseOperation)5000];
        string[] names = ["a", "b", "..", "link", "../outside/secret", "secret", ".", "", "c"];
        List<ulong> nodes = [Root, 0, 99];
        List<ulong> handles = [0, 77];
        for (int i = 0; i < 60_000; i++)
        {
            FuseOperation operation = operations[random.Next(operations.Length)];
            // To unmount takes every number away: rarely, or nothing would happen between.
            if (operation is FuseOperation.Initialize or FuseOperation.Destroy && random.Next(100) != 0)
                continue;
            byte[] payload = new byte[random.Next(0, 120)];
            if (random.Next(2) == 0)
                random.NextBytes(payload);
            if (payload.Length >= 8 && random.Next(3) != 0)
                MemoryMarshal.Write(payload, random.Next(2) == 0 ? nodes[random.Next(nodes.Count)] : handles[random.Next(handles.Count)]);
            int structure = random.Next(6) * 8;
            byte[] text = FuseGuest.Texts([names[random.Next(names.Length)], names[random.Next(names.Length)]]);
            if (random.Next(4) != 0)
                payload = [.. payload.AsSpan(0, Math.Min(structure, payload.Length)), .. text];

            Errno error = guest.Send(operation, nodes[random.Next(nodes.Count)], payload, random.Next(0, 300), out byte[] answer);
            if (error != 0)
                continue;
            if (operation is FuseOperation.Lookup or FuseOperation.MakeDirectory or FuseOperation.Create or FuseOperation.MakeNode or FuseOperation.SymbolicLink)
                nodes.Add(MemoryMarshal.Read<ulong>(answer));
            if (operation is FuseOperation.Open or FuseOperation.OpenDirectory)
                handles.Add(MemoryMarshal.Read<ulong>(answer));
            if (nodes.Count > 40)
                nodes.RemoveRange(3, 20);
            if (handles.Count > 40)
                handles.RemoveRange(2, 20);
        }

        _host.AssertOutsideUntouched();
        // It was no calm: the guest has made things.
        Assert.NotEmpty(Directory.GetFileSystemEntries(_host.Root));
    }

    private static unsafe ulong InodeOf(string path)
    {
        AzaleaOS.Abi.Linux.Stat status;
        fixed (byte* bytes = FuseGuest.Texts([path]))
            Assert.Equal(0, Libc.StatAt(-100, bytes, &status, 0));
        return status.Inode;
    }
}
