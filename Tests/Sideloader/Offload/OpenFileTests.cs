using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Offload;

/// <summary>Terminals, extended attributes, openat2, and what goes past the page cache: the same as Linux says to this process.</summary>
public sealed unsafe class OpenFileTests : IDisposable
{
    private readonly HostDirectory _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_terminal_has_size_and_settings()
    {
        const uint Unlock = 0x40045431;
        const uint GetNumber = 0x80045430;
        int number;
        int zero = 0;
        int master;
        fixed (byte* path = FuseGuest.Texts(["/dev/ptmx"]))
            master = Libc.OpenAt(-100, path, OpenFlags.ReadWrite | OpenFlags.NoTerminal, 0);
        Assert.True(master >= 0);
        Assert.Equal(0, Libc.DeviceControl(master, Unlock, &zero));
        Assert.Equal(0, Libc.DeviceControl(master, GetNumber, &number));
        using (var client = new OffloadClient("/dev/pts"))
        {
            long terminal = client.Call(OffloadedCall.Open, $"{number}", 2, 0);
            Assert.True(terminal >= 0);
            ulong size = 0x0004_0003_0002_0001;
            Assert.Equal(0, client.Call(OffloadedCall.IOCtl, terminal, 0x5414, 8, BitConverter.GetBytes(size)));
            Assert.Equal(0, client.CallFor(OffloadedCall.IOCtl, 8, out byte[] answer, terminal, 0x5413, 0));
            Assert.Equal(size, BitConverter.ToUInt64(answer));
            ulong own;
            Assert.Equal(0, Libc.DeviceControl(master, 0x5413, &own));
            Assert.Equal(size, own);

            Assert.Equal(0, client.CallFor(OffloadedCall.IOCtl, 36, out byte[] settings, terminal, 0x5401, 0));
            byte* linux = stackalloc byte[64];
            Assert.Equal(0, Libc.DeviceControl(master, 0x5401, linux));
            Assert.Equal(new ReadOnlySpan<byte>(linux, 36).ToArray(), settings);
            // No echo, no lines: raw mode.
            BitConverter.TryWriteBytes(settings.AsSpan(12), 0);
            Assert.Equal(0, client.Call(OffloadedCall.IOCtl, terminal, 0x5404, 36, settings));
            Assert.Equal(0, Libc.DeviceControl(master, 0x5401, linux));
            Assert.Equal(settings, new ReadOnlySpan<byte>(linux, 36).ToArray());

            fixed (byte* text = "ab"u8)
                Assert.Equal(2, Libc.Write(master, text, 2));
            Assert.Equal("ab"u8.ToArray(), client.Read(terminal, 10));
            Assert.Equal(0, client.CallFor(OffloadedCall.IOCtl, 4, out answer, terminal, 0x541B, 0));
            Assert.Equal(0, BitConverter.ToInt32(answer));

            Assert.Equal(-(long)Errno.EFAULT, client.Call(OffloadedCall.IOCtl, terminal, 0x5414, 7, new byte[8]));
            Assert.Equal(-(long)Errno.EFAULT, client.CallFor(OffloadedCall.IOCtl, 7, out _, terminal, 0x5413, 0));
            // TIOCSTI would type into the terminal of whoever started this.
            Assert.Equal(-(long)Errno.ENOTTY, client.Call(OffloadedCall.IOCtl, terminal, 0x5412, 1, "x"u8.ToArray()));
            Assert.Equal(-(long)Errno.EBADF, client.Call(OffloadedCall.IOCtl, 99, 0x5413, 0));
        }

        Libc.Close(master);
    }

    [Fact]
    public void A_file_is_no_terminal()
    {
        File.WriteAllText(_host["file"], "12345");
        using var client = new OffloadClient(_host.Root);
        long file = client.Call(OffloadedCall.Open, "file", 0, 0);
        Assert.Equal(-(long)Errno.ENOTTY, client.CallFor(OffloadedCall.IOCtl, 100, out _, file, 0x5401, 0));
        Assert.Equal(0, client.CallFor(OffloadedCall.IOCtl, 4, out byte[] answer, file, 0x541B, 0));
        Assert.Equal(5, BitConverter.ToInt32(answer));
    }

    [Fact]
    public void Attributes_of_users_are_kept_and_no_others()
    {
        File.WriteAllText(_host["file"], "");
        using var client = new OffloadClient(_host.Root);
        long file = client.Call(OffloadedCall.Open, "file", 2, 0);
        Assert.Equal(0, client.Call(OffloadedCall.SetXAttr, "file", "user.one", 5, 0, 0, "value"u8.ToArray()));
        Assert.Equal(-(long)Errno.EEXIST, client.Call(OffloadedCall.FSetXAttr, file, "user.one", 1, 0, 1, "x"u8.ToArray()));
        Assert.Equal(0, client.Call(OffloadedCall.FSetXAttr, file, "user.two", 1, 0, 1, "x"u8.ToArray()));
        Assert.Equal(5, client.Call(OffloadedCall.GetXAttr, "file", "user.one"));
        Assert.Equal(5, client.CallFor(OffloadedCall.LGetXAttr, 10, out byte[] answer, "file", "user.one"));
        Assert.Equal("value"u8.ToArray(), answer);
        Assert.Equal(-(long)Errno.ERANGE, client.CallFor(OffloadedCall.FGetXAttr, 3, out _, file, "user.one"));
        Assert.Equal(18, client.CallFor(OffloadedCall.ListXAttr, 100, out answer, "file"));
        Assert.Equal(["user.one", "user.two"], Encoding.UTF8.GetString(answer).TrimEnd('\0').Split('\0').Order());
        Assert.Equal(18, client.Call(OffloadedCall.FListXAttr, file));
        Assert.Equal(0, client.Call(OffloadedCall.FRemoveXAttr, file, "user.one"));
        Assert.Equal(-(long)Errno.ENODATA, client.Call(OffloadedCall.RemoveXAttr, "file", "user.one"));
        Assert.Equal(-(long)Errno.ENOENT, client.Call(OffloadedCall.GetXAttr, "nothing", "user.one"));

        foreach (string name in new[] { "security.capability", "trusted.x", "system.posix_acl_access", "userx" })
        {
            Assert.Equal(-(long)Errno.EOPNOTSUPP, client.Call(OffloadedCall.SetXAttr, "file", name, 1, 0, 0, "x"u8.ToArray()));
            Assert.Equal(-(long)Errno.EOPNOTSUPP, client.Call(OffloadedCall.GetXAttr, "file", name));
            Assert.Equal(-(long)Errno.EOPNOTSUPP, client.Call(OffloadedCall.FRemoveXAttr, file, name));
        }

        Assert.Equal(-(long)Errno.ERANGE, client.Call(OffloadedCall.GetXAttr, "file", "user." + new string('n', 300)));
        Assert.Equal(-(long)Errno.E2BIG, client.Call(OffloadedCall.SetXAttr, "file", "user.one", 65537, 0, 0));
    }

    [Theory]
    [InlineData("dir/file", 0, 0, 0, 0)]
    [InlineData("../file", 0, 0, 0x08, -18)]
    [InlineData("/dir/file", 0, 0, 0x08, -18)]
    [InlineData("/file", 0, 0, 0x10, 0)]
    [InlineData("../../../file", 0, 0, 0x10, 0)]
    [InlineData("link", 0, 0, 0x04, -40)]
    [InlineData("link", 0, 0, 0, 0)]
    [InlineData("file", 0, 0x1A4, 0, -22)]
    [InlineData("file", 0x8000000, 0, 0, -22)]
    [InlineData("file", 0, 0, 0x4000, -22)]
    [InlineData("new", 0x42, 0x1A4, 0x08, 0)]
    public void Openat2_is_that_of_Linux(string path, ulong flags, ulong mode, ulong resolve, int expected)
    {
        Directory.CreateDirectory(_host["dir"]);
        File.WriteAllText(_host["file"], "");
        File.WriteAllText(_host["dir/file"], "");
        File.CreateSymbolicLink(_host["link"], "file");
        using var client = new OffloadClient(_host.Root);
        // Absolute paths of this process are others: only what begins at the directory is compared.
        var how = new OpenHow { Flags = flags, Mode = mode, Resolve = resolve };
        byte[] bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<OpenHow>(in how)).ToArray();
        long start = client.Call(OffloadedCall.Open, ".", 0x10000, 0);
        if (path != "dir/file" && resolve != 0 && path.StartsWith("..", StringComparison.Ordinal))
            start = client.Call(OffloadedCall.Open, resolve == 0x08 ? "dir" : ".", 0x10000, 0);
        long result = client.Call(OffloadedCall.OpenAt2, start, path, 24, 24, bytes);
        Assert.Equal(expected, Math.Min(result, 0));
        fixed (byte* root = FuseGuest.Texts([path.StartsWith("..", StringComparison.Ordinal) && resolve == 0x08 ? _host["dir"] : _host.Root]), name = FuseGuest.Texts([path]))
        {
            int directory = Libc.OpenAt(-100, root, OpenFlags.Directory, 0);
            long own = Libc.SystemCall(437, directory, name, &how, sizeof(OpenHow), null);
            Assert.Equal(own < 0 ? -(int)Libc.LastError : 0, expected);
            Libc.Close(directory);
            if (own >= 0)
                Libc.Close((int)own);
        }
    }

    [Fact]
    public void A_longer_structure_is_accepted_if_the_rest_is_zero()
    {
        File.WriteAllText(_host["file"], "");
        using var client = new OffloadClient(_host.Root);
        Assert.Equal(0, client.Call(OffloadedCall.OpenAt2, OffloadClient.Here, "file", 32, 32, new byte[32]));
        Assert.Equal(-(long)Errno.E2BIG, client.Call(OffloadedCall.OpenAt2, OffloadClient.Here, "file", 32, 32, (byte[])[.. new byte[31], 1]));
        Assert.Equal(-(long)Errno.EINVAL, client.Call(OffloadedCall.OpenAt2, OffloadClient.Here, "file", 16, 16, new byte[16]));
    }

    [Fact]
    public void What_waits_for_the_disk_gives_the_same_data_and_holds_up_nobody()
    {
        byte[] data = new byte[3 << 20];
        new Random(3).NextBytes(data);
        File.WriteAllBytes(_host["file"], data);
        using var client = new OffloadClient(_host.Root);
        long file = client.Call(OffloadedCall.Open, "file", 0x1002, 0);
        Assert.Equal(4, client.Call(OffloadedCall.Write, file, "0123"u8.ToArray()));
        "0123"u8.CopyTo(data);
        Assert.Equal(0, client.Call(OffloadedCall.FSync, file));
        Assert.Equal(0, client.Call(OffloadedCall.FDataSync, file));
        Assert.Equal(0, client.Call(OffloadedCall.SyncFileRange, file, 0, 4096, 7));
        Assert.Equal(0, client.Call(OffloadedCall.SyncFs, file));
        long cold = client.Call(OffloadedCall.Open, "file", 0, 0);
        var random = new Random(4);
        for (int round = 0; round < 20; round++)
        {
            // POSIX_FADV_DONTNEED: the pages are read from the disk again.
            Assert.Equal(0, client.Call(OffloadedCall.FAdvise, cold, 0, 0, 4));
            var reads = new List<(ulong Sequence, int Offset)>();
            for (int i = 0; i < 50; i++)
            {
                int offset = random.Next(data.Length - 2000);
                reads.Add((client.Send((ushort)OffloadedCall.PRead, [cold, 0, 0, offset], [], 2000), offset));
            }

            Assert.Equal(0, client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
            foreach ((ulong sequence, int offset) in reads)
            {
                Assert.Equal(2000, client.Wait(sequence, out byte[] answer));
                Assert.True(answer.AsSpan().SequenceEqual(data.AsSpan(offset, 2000)), $"other data at {offset}");
            }
        }

        Assert.Equal(0, client.Call(OffloadedCall.FAdvise, cold, 0, 0, 4));
        for (int done = 0; done < data.Length; done += 50_000)
            Assert.True(client.Read(cold, 50_000).AsSpan().SequenceEqual(data.AsSpan(done, Math.Min(50_000, data.Length - done))), $"other data at {done}");
        Assert.Empty(client.Read(cold, 10));
        Assert.Equal(0, client.Call(OffloadedCall.ReadAhead, cold, 0, 4096));
        long copy = client.Call(OffloadedCall.Open, "copy", 0x42, 0x1A4);
        long[] offsets = [0, 100];
        Assert.Equal(2 << 20, client.CallFor(OffloadedCall.CopyFileRange, 16, out byte[] moved, cold, 8, copy, 8, 2 << 20, 0, MemoryMarshal.AsBytes<long>(offsets).ToArray()));
        Assert.Equal([2 << 20, (2 << 20) + 100], MemoryMarshal.Cast<byte, long>(moved).ToArray());
        Assert.True(File.ReadAllBytes(_host["copy"]).AsSpan(100).SequenceEqual(data.AsSpan(0, 2 << 20)));
    }

    [Fact]
    public void Direct_access_wants_aligned_buffers_as_on_Linux()
    {
        File.WriteAllBytes(_host["file"], new byte[8192]);
        int own;
        fixed (byte* path = FuseGuest.Texts([_host["file"]]))
            own = Libc.OpenAt(-100, path, OpenFlags.ReadWrite | OpenFlags.Direct, 0);
        Errno refused = own < 0 ? Libc.LastError : 0;
        using var client = new OffloadClient(_host.Root);
        long file = client.Call(OffloadedCall.Open, "file", 0x4002, 0);
        Assert.Equal(-(long)refused, Math.Min(file, 0));
        if (own < 0)
            return;

        byte* odd = stackalloc byte[1000];
        nint native = Libc.ReadAt(own, odd + 1, 999, 0);
        Assert.Equal(native < 0 ? -(long)Libc.LastError : native, client.CallFor(OffloadedCall.PRead, 999, out _, file, 0, 0, 0));
        Libc.Close(own);
    }

    [Fact]
    public void A_number_is_duplicated_from_another_on()
    {
        File.WriteAllText(_host["file"], "");
        using var client = new OffloadClient(_host.Root);
        Assert.Equal(0, client.Call(OffloadedCall.Open, "file", 0, 0));
        Assert.Equal(10, client.Call(OffloadedCall.FCntl, 0, 0, 10));
        Assert.Equal(11, client.Call(OffloadedCall.FCntl, 0, 1030, 10));
        Assert.Equal(1, client.Call(OffloadedCall.Dup, 0));
        Assert.Equal(-(long)Errno.EINVAL, client.Call(OffloadedCall.FCntl, 0, 0, 4096));
        Assert.Equal(-(long)Errno.EINVAL, client.Call(OffloadedCall.FCntl, 0, 0, -1));
        Assert.Equal(4095, client.Call(OffloadedCall.FCntl, 0, 0, 4095));
        Assert.Equal(-(long)Errno.EMFILE, client.Call(OffloadedCall.FCntl, 0, 0, 4095));
    }
}
