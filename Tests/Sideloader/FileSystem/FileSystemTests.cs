using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.FileSystem;

public sealed class FileSystemTests : IDisposable
{
    private const int ReadWrite = 2;
    private const ulong Root = FuseGuest.Root;

    private readonly HostDirectory _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Names_are_made_found_moved_and_removed_as_on_the_host()
    {
        using var guest = new FuseGuest(_host.Root);
        FuseEntry directory = guest.Ask<FuseMakeDirectory, FuseEntry>(FuseOperation.MakeDirectory, Root, new() { Mode = 0x1ED }, "dir");
        Assert.Equal(0x41EDu, directory.Attributes.Mode);
        FuseCreated created = guest.Ask<FuseCreate, FuseCreated>(FuseOperation.Create, directory.Node, new() { Flags = ReadWrite, Mode = 0x81A4 }, "file");
        Assert.Equal(5, guest.Write(created.Opened.Handle, 0, "hello"u8));
        Assert.Equal((Errno)0, guest.Try(FuseOperation.Flush, 0, new FuseHandleOnly { Handle = created.Opened.Handle }));
        Assert.Equal((Errno)0, guest.Try(FuseOperation.Synchronize, 0, new FuseSynchronize { Handle = created.Opened.Handle, Flags = 1 }));
        Assert.Equal("hello", File.ReadAllText(_host["dir/file"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(_host["dir/file"]));

        FuseEntry link = guest.Ask<FuseGuest.Nothing, FuseEntry>(FuseOperation.SymbolicLink, Root, default, "link", "dir/file");
        Assert.Equal(0xA000u, link.Attributes.Mode & 0xF000);
        Assert.Equal("dir/file", Encoding.UTF8.GetString(guest.AskBytes(FuseOperation.ReadLink, link.Node, default(FuseGuest.Nothing), 4096)));
        Assert.Equal("hello", File.ReadAllText(_host["link"]));

        FuseEntry second = guest.Ask<FuseLink, FuseEntry>(FuseOperation.Link, Root, new() { OldNode = created.Entry.Node }, "second");
        Assert.Equal(created.Entry.Node, second.Node);
        Assert.Equal(2u, second.Attributes.Links);
        Assert.Equal((Errno)0, guest.Try(FuseOperation.Rename, Root, new FuseLink { OldNode = directory.Node }, "second", "third"));
        Assert.Equal(Errno.ENOENT, guest.Try(FuseOperation.Lookup, Root, "second"));
        Assert.Equal(created.Entry.Node, guest.Lookup(directory.Node, "third").Node);
        Assert.Equal(Errno.EEXIST, guest.Try(FuseOperation.RenameWithFlags, directory.Node, new FuseRename { NewDirectory = directory.Node, Flags = 1 }, "third", "file"));

        Assert.Equal(Errno.ENOTEMPTY, guest.Try(FuseOperation.RemoveDirectory, Root, "dir"));
        Assert.Equal((Errno)0, guest.Try(FuseOperation.Unlink, directory.Node, "file"));
        Assert.Equal((Errno)0, guest.Try(FuseOperation.Unlink, directory.Node, "third"));
        // A file without a name lives as long as it is open.
        Assert.Equal("hello"u8.ToArray(), guest.Read(created.Opened.Handle, 0, 100));
        Assert.Equal(0u, guest.Ask<FuseGuest.Nothing, FuseAttributesResponse>(FuseOperation.GetAttributes, created.Entry.Node, default).Attributes.Links);
        Assert.Equal((Errno)0, guest.Try(FuseOperation.Release, 0, new FuseHandleOnly { Handle = created.Opened.Handle }));
        Assert.Equal(Errno.EBADF, guest.Try(FuseOperation.Release, 0, new FuseHandleOnly { Handle = created.Opened.Handle }));
        Assert.Equal((Errno)0, guest.Try(FuseOperation.RemoveDirectory, Root, "dir"));
        Assert.False(Directory.Exists(_host["dir"]));
    }

    [Fact]
    public void Attributes_are_those_of_the_host_and_can_be_set()
    {
        File.WriteAllText(_host["file"], "0123456789");
        using var guest = new FuseGuest(_host.Root);
        FuseEntry entry = guest.Lookup(Root, "file");
        Assert.Equal(10u, entry.Attributes.Size);

        FuseAttributes set = guest.Ask<FuseSetAttributes, FuseAttributesResponse>(FuseOperation.SetAttributes, entry.Node, new()
        {
            Valid = FuseSetAttributes.HasMode | FuseSetAttributes.HasSize | FuseSetAttributes.HasModifyTime,
            Mode = 0x180,
            Size = 4,
            ModifyTime = 981_173_106,
            ModifyNanoseconds = 700,
        }).Attributes;

        Assert.Equal((0x8180u, 4ul, 981_173_106ul, 700u), (set.Mode, set.Size, set.ModifyTime, set.ModifyNanoseconds));
        Assert.Equal("0123", File.ReadAllText(_host["file"]));
        Assert.Equal(new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc), File.GetLastWriteTimeUtc(_host["file"]), TimeSpan.FromMilliseconds(1));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_host["file"]));

        FuseAttributes now = guest.Ask<FuseSetAttributes, FuseAttributesResponse>(FuseOperation.SetAttributes, entry.Node, new()
        {
            Valid = FuseSetAttributes.HasModifyTime | FuseSetAttributes.ModifiedNow,
        }).Attributes;
        Assert.InRange(now.ModifyTime, (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 100, (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
        FuseFileSystemStatus status = guest.Ask<FuseGuest.Nothing, FuseFileSystemStatus>(FuseOperation.StatFileSystem, Root, default);
        Assert.Equal((ulong)new DriveInfo(_host.Root).TotalSize, status.Blocks * status.FragmentSize);
    }

    [Fact]
    public void Ten_thousand_random_operations_leave_the_bytes_of_a_model()
    {
        const int Most = 600_000;
        using var guest = new FuseGuest(_host.Root);
        FuseCreated created = guest.Ask<FuseCreate, FuseCreated>(FuseOperation.Create, Root, new() { Flags = ReadWrite, Mode = 0x81A4 }, "file");
        ulong handle = created.Opened.Handle;
        byte[] model = new byte[Most];
        int length = 0;
        var random = new Random(23);
        for (int i = 0; i < 10_000; i++)
        {
            int offset = random.Next(random.Next(3) == 0 ? Most : 70_000);
            int count = random.Next(random.Next(4) == 0 ? 200_000 : 9_000);
            switch (random.Next(10))
            {
                case < 4:
                    count = Math.Min(count, Most - offset);
                    byte[] data = new byte[count];
                    random.NextBytes(data);
                    Assert.Equal(count, guest.Write(handle, offset, data));
                    data.CopyTo(model, offset);
                    length = count == 0 ? length : Math.Max(length, offset + count);
                    break;
                case < 8:
                    byte[] read = guest.Read(handle, offset, count);
                    Assert.Equal(Math.Clamp(length - offset, 0, count), read.Length);
                    Assert.True(read.AsSpan().SequenceEqual(model.AsSpan(offset, read.Length)), $"operation {i}: {count} bytes at {offset} differ");
                    break;
                case 8:
                    guest.Ask<FuseSetAttributes, FuseAttributesResponse>(FuseOperation.SetAttributes, created.Entry.Node, new()
                    {
                        Valid = FuseSetAttributes.HasSize | (i % 2 == 0 ? FuseSetAttributes.HasHandle : 0),
                        Handle = handle,
                        Size = (ulong)offset,
                    });
                    if (offset < length)
                        model.AsSpan(offset, length - offset).Clear();
                    length = offset;
                    break;
                default:
                    Assert.Equal((Errno)0, guest.Try(FuseOperation.Release, 0, new FuseHandleOnly { Handle = handle }));
                    handle = guest.Open(created.Entry.Node, ReadWrite);
                    break;
            }
        }

        Assert.True(File.ReadAllBytes(_host["file"]).AsSpan().SequenceEqual(model.AsSpan(0, length)));
    }

    [Fact]
    public void A_mebibyte_goes_through_in_one_request_each_way()
    {
        byte[] data = new byte[1 << 20];
        new Random(3).NextBytes(data);
        using var guest = new FuseGuest(_host.Root);
        ulong handle = guest.Ask<FuseCreate, FuseCreated>(FuseOperation.Create, Root, new() { Flags = ReadWrite, Mode = 0x81A4 }, "file").Opened.Handle;

        Assert.Equal(data.Length, guest.Write(handle, 0, data));

        Assert.True(guest.Read(handle, 0, data.Length).AsSpan().SequenceEqual(data));
    }

    [Fact]
    public void Space_is_allocated_holes_are_found_and_ranges_copied()
    {
        using var guest = new FuseGuest(_host.Root);
        ulong handle = guest.Ask<FuseCreate, FuseCreated>(FuseOperation.Create, Root, new() { Flags = ReadWrite, Mode = 0x81A4 }, "file").Opened.Handle;
        guest.Write(handle, 100_000, "tail"u8);
        Assert.Equal((Errno)0, guest.Try(FuseOperation.Allocate, 0, new FuseAllocate { Handle = handle, Offset = 0, Length = 200_000 }));
        Assert.Equal(200_000, new FileInfo(_host["file"]).Length);
        Assert.Equal(200_000ul, guest.Ask<FuseSeek, FuseOffset>(FuseOperation.Seek, 0, new() { Handle = handle, Offset = 0, Whence = 2 }).Offset);
        Assert.Equal(Errno.ENXIO, guest.Try(FuseOperation.Seek, 0, new FuseSeek { Handle = handle, Offset = 300_000, Whence = 3 }));

        ulong copy = guest.Ask<FuseCreate, FuseCreated>(FuseOperation.Create, Root, new() { Flags = ReadWrite, Mode = 0x81A4 }, "copy").Opened.Handle;
        Assert.Equal(50_000u, guest.Ask<FuseCopyRange, FuseSize>(FuseOperation.CopyRange, 0, new() { SourceHandle = handle, SourceOffset = 60_000, TargetHandle = copy, TargetOffset = 10, Length = 50_000 }).Bytes);
        Assert.Equal("tail"u8.ToArray(), guest.Read(copy, 40_010, 4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_directory_is_listed_in_pieces_of_any_size(bool plus)
    {
        string[] names = [.. Enumerable.Range(0, 700).Select(i => new string((char)('a' + i % 26), 1 + i % 60) + i)];
        foreach (string name in names)
            File.WriteAllText(_host[name], "");
        using var guest = new FuseGuest(_host.Root);
        ulong handle = guest.Ask<FuseOpen, FuseOpened>(FuseOperation.OpenDirectory, Root, default).Handle;
        var found = new List<string>();
        var nodes = new List<ulong>();
        var random = new Random(5);
        ulong next = 0;
        while (true)
        {
            int room = random.Next(250, 5000);
            byte[] answer = guest.AskBytes(plus ? FuseOperation.ReadDirectoryPlus : FuseOperation.ReadDirectory, Root, new FuseTransfer { Handle = handle, Offset = next, Size = (uint)room }, room);
            if (answer.Length == 0)
                break;

            Assert.InRange(answer.Length, 1, room);
            for (int offset = 0; offset < answer.Length;)
            {
                if (plus)
                {
                    FuseEntry node = MemoryMarshal.Read<FuseEntry>(answer.AsSpan(offset));
                    offset += FuseEntry.Bytes;
                    if (node.Node != 0)
                        nodes.Add(node.Node);
                }

                FuseDirectoryEntry entry = MemoryMarshal.Read<FuseDirectoryEntry>(answer.AsSpan(offset));
                found.Add(Encoding.UTF8.GetString(answer, offset + FuseDirectoryEntry.Bytes, (int)entry.NameLength));
                offset += (FuseDirectoryEntry.Bytes + (int)entry.NameLength + 7) & ~7;
                next = entry.Next;
            }
        }

        Assert.Equal([.. names.Concat([".", ".."]).Order(StringComparer.Ordinal)], found.Order(StringComparer.Ordinal));
        Assert.Equal(plus ? names.Length : 0, nodes.Distinct().Count());
    }

    [Fact]
    public void What_the_guest_forgets_is_closed_and_its_number_means_nothing_any_more()
    {
        for (int i = 0; i < 50; i++)
            File.WriteAllText(_host[$"f{i}"], "");
        using var guest = new FuseGuest(_host.Root);
        guest.Lookup(Root, "f0");
        int before = Directory.GetFiles("/proc/self/fd").Length;
        ulong[] nodes = [.. Enumerable.Range(0, 50).Select(i => guest.Lookup(Root, $"f{i}").Node)];
        Assert.Equal(nodes[7], guest.Lookup(Root, "f7").Node);
        Assert.Equal(before + 49, Directory.GetFiles("/proc/self/fd").Length);

        foreach (ulong node in nodes)
            guest.Forget(node);
        Assert.Equal((Errno)0, guest.Try(FuseOperation.GetAttributes, nodes[7], default(FuseGuest.Nothing)));
        byte[] many = [.. FuseGuest.Payload(new FuseForgetMany { Count = 2 }, []), .. FuseGuest.Payload(new FuseForgetOne { Node = nodes[0], Lookups = 1 }, []), .. FuseGuest.Payload(new FuseForgetOne { Node = nodes[7], Lookups = ulong.MaxValue }, [])];
        guest.Send(FuseOperation.ForgetMany, 0, many, 0, out _);

        Assert.All(nodes, node => Assert.Equal(Errno.ESTALE, guest.Try(FuseOperation.GetAttributes, node, default(FuseGuest.Nothing))));
        Assert.Equal(before - 1, Directory.GetFiles("/proc/self/fd").Length);
        Assert.NotEqual(nodes[3], guest.Lookup(Root, "f3").Node);
    }

    [Fact]
    public void Extended_attributes_of_the_user_work_as_on_the_host_and_others_do_not()
    {
        File.WriteAllText(_host["file"], "");
        Errno expected = SetOnHost(_host["file"], "user.host");
        using var guest = new FuseGuest(_host.Root);
        ulong node = guest.Lookup(Root, "file").Node;

        byte[] set = [.. FuseGuest.Payload(new FuseSetExtendedAttribute { Size = 3 }, ["user.guest"]), 1, 2, 3];
        Assert.Equal(expected, guest.Send(FuseOperation.SetExtendedAttribute, node, set, 8, out _));
        byte[] capability = [.. FuseGuest.Payload(new FuseSetExtendedAttribute { Size = 3 }, ["security.capability"]), 1, 2, 3];
        Assert.Equal(Errno.EOPNOTSUPP, guest.Send(FuseOperation.SetExtendedAttribute, node, capability, 8, out _));
        Assert.Equal(Errno.EOPNOTSUPP, guest.Try(FuseOperation.GetExtendedAttribute, node, new FuseGetExtendedAttribute { Size = 100 }, "trusted.x"));
        Assert.Equal(Errno.EINVAL, guest.Send(FuseOperation.SetExtendedAttribute, node, FuseGuest.Payload(new FuseSetExtendedAttribute { Size = 1 }, ["user.short"]), 8, out _));
        if (expected != 0)
            return;

        Assert.Equal([1, 2, 3], guest.AskBytes(FuseOperation.GetExtendedAttribute, node, new FuseGetExtendedAttribute { Size = 100 }, 100, "user.guest"));
        Assert.Equal(3u, guest.Ask<FuseGetExtendedAttribute, FuseSize>(FuseOperation.GetExtendedAttribute, node, default, "user.guest").Bytes);
        Assert.Equal(Errno.ERANGE, guest.Try(FuseOperation.GetExtendedAttribute, node, new FuseGetExtendedAttribute { Size = 2 }, "user.guest"));
        string list = Encoding.UTF8.GetString(guest.AskBytes(FuseOperation.ListExtendedAttributes, node, new FuseGetExtendedAttribute { Size = 100 }, 100));
        Assert.Equal(["user.guest", "user.host"], list.Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        Assert.Equal((Errno)0, guest.Try(FuseOperation.RemoveExtendedAttribute, node, "user.guest"));
        Assert.Equal(Errno.ENODATA, guest.Try(FuseOperation.GetExtendedAttribute, node, new FuseGetExtendedAttribute { Size = 100 }, "user.guest"));
    }

    private static unsafe Errno SetOnHost(string path, string name)
    {
        fixed (byte* pathBytes = FuseGuest.Texts([path]), nameBytes = FuseGuest.Texts([name]))
            return Libc.SetExtendedAttribute(pathBytes, nameBytes, pathBytes, 1, 0) < 0 ? Libc.LastError : 0;
    }
}
