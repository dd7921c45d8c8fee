using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Virtio;

namespace AzaleaOS.Tests.Sideloader.Structures;

/// <summary>What the unikernel and its peer agree on has the layout that the documents say.</summary>
public sealed class ChannelStructureTests
{
    [Theory]
    [InlineData(typeof(VirtqDescriptor), 16)]
    [InlineData(typeof(VirtqUsedElement), 8)]
    [InlineData(typeof(VirtioFileSystemConfiguration), 40)]
    [InlineData(typeof(RequestHeader), 64)]
    [InlineData(typeof(ResponseHeader), 16)]
    [InlineData(typeof(HelloRequest), 32)]
    [InlineData(typeof(HelloResponse), 32)]
    [InlineData(typeof(MailboxPage), 64)]
    [InlineData(typeof(MailboxQueue), 32)]
    public void A_structure_has_the_size_of_its_description(Type structure, int size) =>
        Assert.Equal(size, (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(structure).Invoke(null, null)!);

    [Theory]
    [InlineData(typeof(VirtqDescriptor), nameof(VirtqDescriptor.Address), 0)]
    [InlineData(typeof(VirtqDescriptor), nameof(VirtqDescriptor.Length), 8)]
    [InlineData(typeof(VirtqDescriptor), nameof(VirtqDescriptor.Flags), 12)]
    [InlineData(typeof(VirtqDescriptor), nameof(VirtqDescriptor.Next), 14)]
    [InlineData(typeof(VirtqUsedElement), nameof(VirtqUsedElement.Length), 4)]
    [InlineData(typeof(VirtioFileSystemConfiguration), nameof(VirtioFileSystemConfiguration.RequestQueues), 36)]
    [InlineData(typeof(RequestHeader), nameof(RequestHeader.Flags), 2)]
    [InlineData(typeof(RequestHeader), nameof(RequestHeader.Thread), 4)]
    [InlineData(typeof(RequestHeader), nameof(RequestHeader.Sequence), 8)]
    [InlineData(typeof(RequestHeader), nameof(RequestHeader.Arguments), 16)]
    [InlineData(typeof(ResponseHeader), nameof(ResponseHeader.Sequence), 8)]
    [InlineData(typeof(HelloRequest), nameof(HelloRequest.NewestVersion), 12)]
    [InlineData(typeof(HelloRequest), nameof(HelloRequest.Features), 16)]
    [InlineData(typeof(HelloRequest), nameof(HelloRequest.Cores), 24)]
    [InlineData(typeof(HelloResponse), nameof(HelloResponse.MaxSegments), 12)]
    [InlineData(typeof(HelloResponse), nameof(HelloResponse.Features), 16)]
    [InlineData(typeof(HelloResponse), nameof(HelloResponse.MaxWaiting), 24)]
    [InlineData(typeof(MailboxPage), nameof(MailboxPage.QueueCount), 12)]
    [InlineData(typeof(MailboxPage), nameof(MailboxPage.RingFeatures), 16)]
    [InlineData(typeof(MailboxPage), nameof(MailboxPage.Status), 28)]
    [InlineData(typeof(MailboxQueue), nameof(MailboxQueue.Used), 16)]
    [InlineData(typeof(MailboxQueue), nameof(MailboxQueue.ApicId), 28)]
    public void A_field_is_where_its_description_has_it(Type structure, string field, int offset) =>
        Assert.Equal(offset, structure.GetField(field)!.GetCustomAttribute<FieldOffsetAttribute>()!.Value);

    // The sizes that <linux/virtio_ring.h> computes: vring_size(256, 4096) = 256*16 + 2*(3+256) aligned, + 2*3 + 8*256.
    [Theory]
    [InlineData(1, 16, 8, 14)]
    [InlineData(256, 4096, 518, 2054)]
    [InlineData(1024, 16384, 2054, 8198)]
    public void The_parts_of_a_ring_have_the_sizes_of_the_standard(int size, int table, int available, int used)
    {
        Assert.Equal(table, SplitRing.TableBytes(size));
        Assert.Equal(available, SplitRing.AvailableBytes(size));
        Assert.Equal(used, SplitRing.UsedBytes(size));
        Assert.Equal(available - 2, SplitRing.UsedEventOffset(size));
        Assert.Equal(used - 2, SplitRing.AvailableEventOffset(size));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(3, false)]
    [InlineData(1024, true)]
    [InlineData(32768, true)]
    [InlineData(65536, false)]
    public void The_size_of_a_ring_is_a_power_of_two(uint size, bool valid) => Assert.Equal(valid, SplitRing.IsSize(size));

    [Fact]
    public void A_notification_is_due_exactly_when_the_index_passes_the_wanted_one()
    {
        var random = new Random(7);
        for (int i = 0; i < 100_000; i++)
        {
            var last = (ushort)random.Next(65536);
            int step = random.Next(1024);
            var wanted = (ushort)(last + random.Next(-1500, 1500));

            bool passed = false;
            for (int k = 0; k < step; k++)
                passed |= (ushort)(last + k) == wanted;

            Assert.Equal(passed, SplitRing.NeedsEvent(wanted, (ushort)(last + step), last));
        }
    }

    [Fact]
    public void The_magic_number_is_its_text_and_no_operation_is_a_system_call()
    {
        Assert.Equal("AZASHL01", Encoding.ASCII.GetString(BitConverter.GetBytes(ChannelProtocol.Magic)));
        Assert.All(Enum.GetValues<ChannelOperation>(), operation => Assert.InRange(operation, ChannelOperation.First, (ChannelOperation)0xFFFF));
        Assert.True(ChannelProtocol.Tag.Length <= VirtioFileSystemConfiguration.TagBytes);
    }

    [Theory]
    [InlineData(ChannelOperation.Hello, 0xFF00)]
    [InlineData(ChannelOperation.Cancel, 0xFF01)]
    [InlineData(ChannelOperation.Ping, 0xFF02)]
    [InlineData(ChannelOperation.Log, 0xFF03)]
    [InlineData(ChannelOperation.Exit, 0xFF04)]
    [InlineData(ChannelOperation.WaitEvent, 0xFF05)]
    public void An_operation_keeps_its_number(ChannelOperation operation, ushort number) => Assert.Equal(number, (ushort)operation);

    [Theory]
    [InlineData(ChannelFeatures.StandardStreams, 1)]
    [InlineData(ChannelFeatures.FileTree, 2)]
    [InlineData(ChannelFeatures.KernelPlaces, 4)]
    public void A_feature_keeps_its_bit(ChannelFeatures feature, ulong bit) => Assert.Equal(bit, (ulong)feature);

    [Fact]
    public void A_mailbox_for_every_core_holds_its_queues() =>
        Assert.Equal(64 + 289 * 32, MailboxPage.BytesFor(ChannelProtocol.MaxCores + 1));
}
