using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Tests.Sideloader.Driving;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Tests.Sideloader.Offload;

/// <summary>The same calls through the channel and made by this process, in two directories: every result is equal.</summary>
public sealed unsafe class AgainstLinuxTests : ComparisonWithLinux
{
    private const long Here = OffloadClient.Here;

    private static readonly string[] s_names = ["a", "b", "c", "a/x", "b/x", "a/b", "a/b/y", "a/../b", "./c", "a/", "a/./b/", "nothing/x", "c/", "b/x/../y", "l", "l/x", "m", new string('n', 256)];

    [Fact]
    public void Fifteen_thousand_random_calls_have_the_same_results()
    {
        using var client = new OffloadClient(_channel.Root);
        Assert.Equal(0x12, client.Call(OffloadedCall.UMask, 0));
        var random = new Random(1234);
        var succeeded = new HashSet<int>();
        var failed = new HashSet<int>();
        const int Kinds = 22;
        for (int i = 0; i < 15_000; i++)
        {
            int kind = random.Next(Kinds);
            string one = s_names[random.Next(s_names.Length)];
            string other = s_names[random.Next(s_names.Length)];
            (string channel, string native) = Step(client, kind, one, other, random);
            if (channel != native)
                Assert.Fail($"call {i} of kind {kind} with {one} and {other}: {channel} through the channel, {native} on Linux");
            (native.StartsWith('E') ? failed : succeeded).Add(kind);
        }

        // Each kind both succeeded and, where it can, failed.
        Assert.Equal(Kinds, succeeded.Count);
        Assert.True(failed.Count >= Kinds - 2, $"only {failed.Count} kinds failed");
        Assert.Equal(Tree(_native.Root), Tree(_channel.Root));
    }

    private (string Channel, string Native) Step(OffloadClient client, int kind, string one, string other, Random random)
    {
        fixed (byte* first = FuseGuest.Texts([one]), second = FuseGuest.Texts([other]))
        {
            switch (kind)
            {
                case 0 or 1:
                    var flags = (OpenFlags)(random.Next(3) | (random.Next(2) << 6) | (random.Next(4) / 3 << 7) | (random.Next(3) / 2 << 9) | (random.Next(3) / 2 << 10) | (random.Next(5) / 4 << 16) | (random.Next(5) / 4 << 17));
                    uint mode = (uint)random.Next(0x200) | 0x180;
                    long opened = client.Call(OffloadedCall.OpenAt, Here, one, (int)flags, mode);
                    int native = Libc.OpenAt(_root, first, flags, mode);
                    string error = Own(native);
                    if (opened >= 0 && native >= 0)
                        _files.Add((opened, native));
                    return opened >= 0 && native >= 0 ? ("opened", "opened") : (Text(opened), error);
                case 2 when _files.Count > 0:
                    int index = random.Next(_files.Count);
                    (long channelFile, int nativeFile) = _files[index];
                    _files.RemoveAt(index);
                    return (Text(client.Call(OffloadedCall.Close, channelFile)), Own(Libc.Close(nativeFile)));
                case 2:
                    return (Text(client.Call(OffloadedCall.Close, 5000)), Own(Libc.Close(-1)));
                case 3:
                    return (Text(client.Call(OffloadedCall.MkDir, one, 0x1ED)), Own(Libc.MakeDirectoryAt(_root, first, 0x1ED)));
                case 4:
                    return (Text(client.Call(OffloadedCall.Unlink, one)), Own(Libc.UnlinkAt(_root, first, 0)));
                case 5:
                    return (Text(client.Call(OffloadedCall.RmDir, one)), Own(Libc.UnlinkAt(_root, first, AtFlags.RemoveDirectory)));
                case 6:
                    uint how = (uint)random.Next(4);
                    return (Text(client.Call(OffloadedCall.RenameAt2, Here, one, Here, other, how)), Own(Libc.RenameAt(_root, first, _root, second, how)));
                case 7:
                    int follow = random.Next(2) * AtFlags.Follow;
                    return (Text(client.Call(OffloadedCall.LinkAt, Here, one, Here, other, follow)), Own(Libc.LinkAt(_root, first, _root, second, follow)));
                case 8:
                    return (Text(client.Call(OffloadedCall.SymLink, one, other)), Own(Libc.SymbolicLinkAt(first, _root, second)));
                case 9:
                    byte* link = stackalloc byte[300];
                    int room = random.Next(1, 300);
                    long read = client.CallFor(OffloadedCall.ReadLink, room, out byte[] answer, one);
                    nint length = Libc.ReadLinkAt(_root, first, link, (nuint)room);
                    string errorOfLink = Own(length);
                    return (Text(read) + Encoding.UTF8.GetString(answer), errorOfLink + Encoding.UTF8.GetString(link, (int)Math.Max(0, length)));
                case 10 or 11:
                    int noFollow = kind == 10 ? 0 : AtFlags.NoFollow;
                    Stat status;
                    long stat = client.CallFor(OffloadedCall.NewFStatAt, 144, out answer, Here, one, 0, noFollow);
                    int statNative = Libc.StatAt(_root, first, &status, noFollow);
                    string errorNative = Own(statNative);
                    return (Text(stat) + Describe(stat, answer), errorNative + (statNative < 0 ? "" : Describe(in status)));
                case 12:
                    uint permissions = (uint)random.Next(0x200) | 0x1C0;
                    return (Text(client.Call(OffloadedCall.ChMod, one, permissions)), Own(Libc.ChangeModeAt(_root, first, permissions, 0)));
                case 13:
                    long access = client.Call(OffloadedCall.FAccessAt2, Here, one, 4, 0);
                    return (Text(access), Own(Libc.SystemCall(439, _root, first, (void*)4, 0, null)));
                default:
                    return _files.Count == 0 ? ("none", "none") : FileStep(client, kind, _files[random.Next(_files.Count)], _files[random.Next(_files.Count)], random);
            }
        }
    }

    private static (string Channel, string Native) FileStep(OffloadClient client, int kind, (long Channel, int Native) file, (long Channel, int Native) other, Random random)
    {
        int offset = random.Next(-1, 20_000);
        int count = random.Next(0, 9000);
        byte[] data = new byte[count];
        random.NextBytes(data);
        fixed (byte* start = data)
        {
            var buffer = new IoVector { Base = (ulong)start, Length = (ulong)count };
            switch (kind)
            {
                case 14:
                    return (Text(client.Call(OffloadedCall.Write, file.Channel, 0, 0, data)), Own(Libc.WriteVector(file.Native, &buffer, 1, -1, 0)));
                case 15:
                    long write = client.Call(OffloadedCall.PWrite, file.Channel, 0, 0, offset, data);
                    return (Text(write), Own(Libc.WriteVector(file.Native, &buffer, 1, offset)));
                case 16:
                    long read = client.CallFor(OffloadedCall.Read, count, out byte[] answer, file.Channel);
                    nint native = Libc.ReadVector(file.Native, &buffer, 1, -1, 0);
                    string error = Own(native);
                    return (Text(read) + Convert.ToHexString(answer), error + Convert.ToHexString(data, 0, (int)Math.Max(0, native)));
                case 17:
                    read = client.CallFor(OffloadedCall.PRead, count, out answer, file.Channel, 0, 0, offset);
                    native = Libc.ReadVector(file.Native, &buffer, 1, offset);
                    error = Own(native);
                    return (Text(read) + Convert.ToHexString(answer), error + Convert.ToHexString(data, 0, (int)Math.Max(0, native)));
                case 18:
                    int whence = random.Next(6);
                    return (Text(client.Call(OffloadedCall.LSeek, file.Channel, offset, whence)), Own(Libc.Seek(file.Native, offset, whence)));
                case 19:
                    return (Text(client.Call(OffloadedCall.FTruncate, file.Channel, offset)), Own(Libc.Truncate(file.Native, offset)));
                case 20:
                    long sourceOffset = Math.Max(0, offset);
                    long targetOffset = random.Next(10_000);
                    byte[] offsets = [.. BitConverter.GetBytes(sourceOffset), .. BitConverter.GetBytes(targetOffset)];
                    long copied = client.CallFor(OffloadedCall.CopyFileRange, 16, out answer, file.Channel, 8, other.Channel, 8, count, 0, offsets);
                    long copiedNative = Libc.CopyRange(file.Native, &sourceOffset, other.Native, &targetOffset, (nuint)count, 0);
                    error = Own(copiedNative);
                    return (Text(copied) + string.Join(',', MemoryMarshal.Cast<byte, long>(answer).ToArray()), error + (copiedNative < 0 ? "" : $"{sourceOffset},{targetOffset}"));
                default:
                    Stat status;
                    long stat = client.CallFor(OffloadedCall.FStat, 144, out answer, random.Next(10) == 0 ? 4000 : file.Channel);
                    if (stat < 0)
                        return (Text(stat), "EBADF");
                    Assert.Equal(0, Libc.StatAt(file.Native, (byte*)&status + 143, &status, AtFlags.EmptyPath));
                    return (Text(stat) + Describe(stat, answer), "0" + Describe(in status));
            }
        }
    }

    [Fact]
    public void A_directory_is_read_as_Linux_reads_it()
    {
        foreach (string name in Enumerable.Range(0, 500).Select(i => $"name-{i}"))
        {
            File.WriteAllText(_channel[name], "");
            File.WriteAllText(_native[name], "");
        }

        using var client = new OffloadClient(_channel.Root);
        long directory = client.Call(OffloadedCall.Open, "/", 0x10000, 0);
        var names = new List<string>();
        while (true)
        {
            long length = client.CallFor(OffloadedCall.GetDEnts, 1500, out byte[] answer, directory);
            Assert.True(length >= 0);
            if (length == 0)
                break;
            for (int offset = 0; offset < length; offset += BitConverter.ToUInt16(answer, offset + 16))
                names.Add(Encoding.UTF8.GetString(answer.AsSpan(offset + 19, answer.AsSpan(offset + 19).IndexOf((byte)0))));
        }

        Assert.Equal([.. Directory.GetFiles(_native.Root).Select(path => Path.GetFileName(path)!).Concat([".", ".."]).Order(StringComparer.Ordinal)], names.Order(StringComparer.Ordinal));
        Assert.Equal(-(long)Errno.EINVAL, client.CallFor(OffloadedCall.GetDEnts, 3, out _, client.Call(OffloadedCall.Open, "/", 0x10000, 0)));
    }

    [Fact]
    public void Sixteen_megabytes_in_scattered_pages_arrive_in_order()
    {
        // As many as one request may have: 1024 buffers in all.
        byte[] data = new byte[4_000_000];
        new Random(9).NextBytes(data);
        using var client = new OffloadClient(_channel.Root);
        long file = client.Call(OffloadedCall.Open, "big", 0x42, 0x1A4);
        for (int i = 0; i < 4; i++)
            Assert.Equal(data.Length, client.Call(OffloadedCall.Write, file, 0, 0, data));

        Assert.Equal(4 * data.Length, new FileInfo(_channel["big"]).Length);
        Assert.Equal(data.Length, client.CallFor(OffloadedCall.PRead, data.Length, out byte[] answer, file, 0, 0, 2L * data.Length));
        Assert.True(answer.AsSpan().SequenceEqual(data));
        Assert.True(File.ReadAllBytes(_channel["big"]).AsSpan(data.Length, data.Length).SequenceEqual(data));
    }

    [Fact]
    public void Append_truncate_and_descriptors_are_those_of_Linux()
    {
        using var client = new OffloadClient(_channel.Root);
        long file = client.Call(OffloadedCall.Open, "file", 0x441, 0x1A4);
        Assert.Equal(3, client.Call(OffloadedCall.Write, file, 0, 0, "one"u8.ToArray()));
        File.AppendAllText(_channel["file"], "two");
        Assert.Equal(5, client.Call(OffloadedCall.Write, file, 0, 0, "three"u8.ToArray()));
        Assert.Equal("onetwothree", File.ReadAllText(_channel["file"]));
        Assert.Equal(-(long)Errno.EBADF, client.CallFor(OffloadedCall.Read, 10, out _, file));

        long read = client.Call(OffloadedCall.Open, "file", 0, 0);
        long copy = client.Call(OffloadedCall.Dup, read);
        Assert.Equal("one"u8.ToArray(), client.Read(read, 3));
        Assert.Equal("two"u8.ToArray(), client.Read(copy, 3));
        Assert.Equal(0, client.Call(OffloadedCall.Close, read));
        Assert.Equal("three"u8.ToArray(), client.Read(copy, 30));
        Assert.Empty(client.Read(copy, 30));
        Assert.Equal(read, client.Call(OffloadedCall.Open, "file", 0, 0));

        Assert.Equal(0x12, client.Call(OffloadedCall.UMask, 0x3F));
        Assert.Equal(0x3F, client.Call(OffloadedCall.UMask, 0x3F));
        Assert.True(client.Call(OffloadedCall.Creat, "private", 0x1FF) >= 0);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_channel["private"]));
        Assert.Equal(0, client.CallFor(OffloadedCall.StatX, 256, out byte[] answer, Here, "private", 0, 0xFFF));
        Assert.Equal(0x81C0, MemoryMarshal.Read<Statx>(answer).Mode);
        Assert.Equal(-(long)Errno.EFAULT, client.CallFor(OffloadedCall.Stat, 100, out _, "private"));
        Assert.Equal(-(long)Errno.EFAULT, client.Call(OffloadedCall.Open, -1, 0, 0));
        Assert.Equal(-(long)Errno.ENAMETOOLONG, client.Call(OffloadedCall.Open, 4096, 0, 0));
        Assert.Equal(-(long)Errno.EPERM, client.Call(OffloadedCall.MkNodAt, Here, "null", 0x21B6, 0x103));
        byte[] times = new byte[32];
        BitConverter.TryWriteBytes(times.AsSpan(16), 981_173_106L);
        Assert.Equal(0, client.Call(OffloadedCall.UTimeNsAt, Here, "file", 32, 0, times));
        Assert.Equal(new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc), File.GetLastWriteTimeUtc(_channel["file"]));
    }

    [Fact]
    public void There_are_as_many_files_as_the_table_holds()
    {
        File.WriteAllText(_channel["file"], "");
        using var client = new OffloadClient(_channel.Root);
        Assert.Equal(0, client.Call(OffloadedCall.Open, "file", 0, 0));
        for (int i = 1; i < 4096; i++)
            Assert.Equal(i, client.Call(OffloadedCall.Dup, 0));

        Assert.Equal(-(long)Errno.EMFILE, client.Call(OffloadedCall.Dup, 0));
        Assert.Equal(-(long)Errno.EMFILE, client.Call(OffloadedCall.Open, "file", 0, 0));
        Assert.Equal(0, client.Call(OffloadedCall.Close, 77));
        Assert.Equal(77, client.Call(OffloadedCall.Open, "file", 0, 0));
        Assert.Equal(-(long)Errno.EBADF, client.Call(OffloadedCall.Close, 4096));
    }

    [Fact]
    public void Nothing_changes_in_a_read_only_root()
    {
        File.WriteAllText(_channel["file"], "text");
        Directory.CreateDirectory(_channel["dir"]);
        using var client = new OffloadClient(_channel.Root, readOnly: true);
        long file = client.Call(OffloadedCall.Open, "file", 0, 0);
        Assert.Equal("text"u8.ToArray(), client.Read(file, 10));
        long[] results =
        [
            client.Call(OffloadedCall.Open, "file", 1, 0), client.Call(OffloadedCall.Open, "file", 2, 0), client.Call(OffloadedCall.Open, "file", 0x200, 0),
            client.Call(OffloadedCall.Open, "new", 0x40, 0x1A4), client.Call(OffloadedCall.Creat, "new", 0x1A4), client.Call(OffloadedCall.Open, "dir", 0x410002, 0x1A4),
            client.Call(OffloadedCall.MkDir, "new", 0x1FF), client.Call(OffloadedCall.Unlink, "file"), client.Call(OffloadedCall.RmDir, "dir"),
            client.Call(OffloadedCall.Rename, "file", "new"), client.Call(OffloadedCall.Link, "file", "new"), client.Call(OffloadedCall.SymLink, "file", "new"),
            client.Call(OffloadedCall.ChMod, "file", 0), client.Call(OffloadedCall.FChMod, file, 0), client.Call(OffloadedCall.ChOwn, "file", 1, 1),
            client.Call(OffloadedCall.FChOwn, file, 1, 1), client.Call(OffloadedCall.Truncate, "file", 0), client.Call(OffloadedCall.UTimeNsAt, Here, "file", -1, 0),
            client.Call(OffloadedCall.MkNodAt, Here, "new", 0x81A4, 0), client.Call(OffloadedCall.Access, "file", 2),
        ];
        Assert.All(results, result => Assert.Equal(-(long)Errno.EROFS, result));
        Assert.Equal(-(long)Errno.EBADF, client.Call(OffloadedCall.Write, file, 0, 0, "x"u8.ToArray()));
        Assert.Equal("text", File.ReadAllText(_channel["file"]));
        Assert.Equal(2, Directory.GetFileSystemEntries(_channel.Root).Length);
    }

    private static string Text(long result) => result >= 0 ? $"{result}" : $"{(Errno)(-result)}";

    /// <summary>A result of the C library, right after the call.</summary>
    private static string Own(long result) => result >= 0 ? $"{result}" : $"{Libc.LastError}";

    private static string Describe(long result, byte[] answer) => result < 0 ? "" : Describe(MemoryMarshal.Read<Stat>(answer));

    // What differs between two directories of one disk is left out: numbers, times, the size of a directory.
    private static string Describe(in Stat status) =>
        $" mode {status.Mode:x} links {status.Links} owner {status.User}:{status.Group}" + ((status.Mode & FileMode.KindMask) == FileMode.Directory ? "" : $" size {status.Size}");

    private static string Tree(string root) => string.Join('\n', Directory.EnumerateFileSystemEntries(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Select(path => Path.GetRelativePath(root, path) + " " + (new FileInfo(path) is { LinkTarget: null } file && file.Exists ? Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))) : new FileInfo(path).LinkTarget))
        .Order(StringComparer.Ordinal));
}
