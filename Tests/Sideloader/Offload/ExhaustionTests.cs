using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Offload;

/// <summary>What Linux says when something is full or broken reaches the application, and the peer goes on.</summary>
public sealed unsafe class ExhaustionTests
{
    private const int FileSizeLimit = 1;

    [Fact]
    public void A_full_disk_is_ENOSPC()
    {
        // The one file that is always full, whoever runs this.
        using var client = new OffloadClient("/dev");
        long full = client.Call(OffloadedCall.Open, "full", 1, 0);
        Assert.True(full >= 0);
        Assert.Equal(-(long)Errno.ENOSPC, client.Call(OffloadedCall.Write, full, "x"u8.ToArray()));
        Assert.Equal(-(long)Errno.ENOSPC, client.Call(OffloadedCall.WriteV, full, "x"u8.ToArray()));
        Assert.Equal(0, client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
    }

    [Fact]
    public void A_device_that_fails_is_EIO()
    {
        // A process has no memory at address 0: Linux cannot read it.
        using var client = new OffloadClient("/proc");
        long memory = client.Call(OffloadedCall.Open, $"{Environment.ProcessId}/mem", 0, 0);
        Assert.True(memory >= 0);
        Assert.Equal(-(long)Errno.EIO, client.CallFor(OffloadedCall.PRead, 100, out byte[] answer, memory, 0, 0, 0));
        Assert.Empty(answer);
        Assert.Equal(0, client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
    }

    [Fact]
    public void A_file_that_may_not_grow_is_EFBIG_and_keeps_what_it_had()
    {
        using var host = new HostDirectory();
        using var client = new OffloadClient(host.Root);
        long file = client.Call(OffloadedCall.Open, "file", 0x42, 0x1A4);
        WithLimit(FileSizeLimit, 3000, () =>
        {
            // The part that fits, then nothing.
            Assert.Equal(3000, client.Call(OffloadedCall.Write, file, new byte[5000]));
            Assert.Equal(-(long)Errno.EFBIG, client.Call(OffloadedCall.Write, file, "x"u8.ToArray()));
            Assert.Equal(-(long)Errno.EFBIG, client.Call(OffloadedCall.FTruncate, file, 4000));
        });
        Assert.Equal(3000, new FileInfo(host["file"]).Length);
        Assert.Equal(1, client.Call(OffloadedCall.Write, file, "x"u8.ToArray()));
    }

    [Fact]
    public void No_descriptor_left_is_EMFILE_and_later_there_is_one()
    {
        using var host = new HostDirectory();
        File.WriteAllText(host["file"], "text");
        using var client = new OffloadClient(host.Root);
        long file = client.Call(OffloadedCall.Open, "file", 0, 0);
        // Below what is open already: no new one is possible, and those that there are stay.
        WithLimit(Libc.DescriptorLimit, 3, () =>
        {
            Assert.Equal(-(long)Errno.EMFILE, client.Call(OffloadedCall.Open, "file", 0, 0));
            Assert.Equal(-(long)Errno.EMFILE, client.CallFor(OffloadedCall.Stat, 144, out _, "file"));
            Assert.Equal("text"u8.ToArray(), client.Read(file, 10));
        });
        Assert.True(client.Call(OffloadedCall.Open, "file", 0, 0) >= 0);
    }

    private static void WithLimit(int resource, ulong limit, Action action)
    {
        ResourceLimit before;
        Assert.Equal(0, Libc.GetLimit(resource, &before));
        ResourceLimit low = before;
        low.Current = limit;
        Assert.Equal(0, Libc.SetLimit(resource, &low));
        try
        {
            action();
        }
        finally
        {
            Assert.Equal(0, Libc.SetLimit(resource, &before));
        }
    }
}
