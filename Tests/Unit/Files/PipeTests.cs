using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files.Pipes;
using AzaleaOS.Memory;
using AzaleaOS.Syscalls;
using AzaleaOS.Tests.Unit.Applications;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Files;

/// <summary>Pipes as system calls see them. All are non-blocking: on the host nobody could wake a waiter.</summary>
[Collection(nameof(ApplicationTests))]
public sealed unsafe class PipeTests : IDisposable
{
    private readonly HostApplication _host = new();
    private readonly ulong _buffer = HostApplication.Room(40_000);

    public void Dispose() => _host.Dispose();

    [Fact]
    public void What_goes_in_comes_out_in_order()
    {
        (int reader, int writer) = Make();
        Assert.Equal(5, Write(writer, "hello"));
        Assert.Equal(6, Write(writer, " world"));
        Assert.Equal("hello w", Read(reader, 7));
        Assert.Equal("orld", Read(reader, 100));
        Assert.Equal(-Errno.EAGAIN, Transfers.Read(reader, _buffer, 1));
    }

    [Fact]
    public void A_pipe_takes_64_KiB_and_then_no_more()
    {
        (int reader, int writer) = Make();
        Assert.Equal(40_000, Transfers.Write(writer, _buffer, 40_000));
        Assert.Equal(65_536 - 40_960, Transfers.Write(writer, _buffer, 40_000));
        Assert.Equal(-Errno.EAGAIN, Transfers.Write(writer, _buffer, 1000));
        Assert.Equal(4096, Transfers.Read(reader, _buffer, 4096));
        Assert.Equal(4096, Transfers.Write(writer, _buffer, 4096));
    }

    [Fact]
    public void A_write_of_PIPE_BUF_bytes_goes_in_as_a_whole_or_not_at_all()
    {
        (int reader, int writer) = Make();
        for (int i = 0; i < 16; i++)
            Assert.Equal(3000, Transfers.Write(writer, _buffer, 3000));
        Assert.Equal(-Errno.EAGAIN, Transfers.Write(writer, _buffer, 3000));
        Assert.Equal(1096, Transfers.Write(writer, _buffer, 1096));
        Assert.Equal(3000, Transfers.Read(reader, _buffer, 3000));
        Assert.Equal(3000, Transfers.Write(writer, _buffer, 3000));
    }

    [Fact]
    public void A_packet_is_read_whole_and_its_rest_is_lost()
    {
        (int reader, int writer) = Make(OpenFlags.Direct);
        Write(writer, "first packet");
        Write(writer, "second");
        Assert.Equal("first", Read(reader, 5));
        Assert.Equal("second", Read(reader, 100));
    }

    [Fact]
    public void Without_a_writer_the_end_is_read_and_without_a_reader_the_pipe_is_broken()
    {
        (int reader, int writer) = Make();
        Write(writer, "last");
        Assert.Equal(0, Opening.Close(writer));
        Assert.Equal("last", Read(reader, 100));
        Assert.Equal(0, Transfers.Read(reader, _buffer, 100));

        (reader, writer) = Make();
        Assert.Equal(0, Opening.Close(reader));
        Assert.Equal(-Errno.EPIPE, Write(writer, "x"));
    }

    [Fact]
    public void Poll_says_what_can_be_done_at_each_end()
    {
        (int reader, int writer) = Make();
        Assert.Equal(0u, Poll(reader));
        Assert.Equal(PollEvents.Writable, Poll(writer));
        Write(writer, "x");
        Assert.Equal(PollEvents.Readable, Poll(reader));
        Opening.Close(writer);
        Assert.Equal(PollEvents.Readable | PollEvents.HangUp, Poll(reader));
        Read(reader, 1);
        Assert.Equal(PollEvents.HangUp, Poll(reader));

        (reader, writer) = Make();
        Opening.Close(reader);
        Assert.Equal(PollEvents.Writable | PollEvents.Error, Poll(writer));
    }

    [Fact]
    public void The_size_changes_to_powers_of_two_and_keeps_what_is_inside()
    {
        (int reader, int writer) = Make();
        Assert.Equal(65_536, Opening.Control(reader, 1032, 0));
        Transfers.Write(writer, _buffer, 20_000);
        Write(writer, "end");
        Assert.Equal(-Errno.EBUSY, Opening.Control(reader, 1031, 16_384));
        Assert.Equal(-Errno.EPERM, Opening.Control(reader, 1031, 1 << 21));
        Assert.Equal(-Errno.EINVAL, Opening.Control(reader, 1031, ulong.MaxValue));
        Assert.Equal(1 << 20, Opening.Control(reader, 1031, (1 << 19) + 1));
        Assert.Equal(32_768, Opening.Control(reader, 1031, 30_000));
        Assert.Equal(20_000, Transfers.Read(reader, _buffer, 20_000));
        Assert.Equal("end", Read(reader, 10));
        Assert.Equal(-Errno.EAGAIN, Transfers.Read(reader, _buffer, 1));
    }

    [Fact]
    public void A_buffer_that_is_not_there_is_an_error_and_moves_nothing()
    {
        (int reader, int writer) = Make();
        Assert.Equal(-Errno.EFAULT, Transfers.Write(writer, 8, 5));
        Write(writer, "text");
        Assert.Equal(-Errno.EFAULT, Transfers.Read(reader, 8, 5));
        Assert.Equal("text", Read(reader, 100));
    }

    [Fact]
    public void A_pipe_that_is_closed_gives_its_pages_back()
    {
        (int reader, int writer) = Make();
        Transfers.Write(writer, _buffer, 40_000);
        Opening.Close(reader);
        Opening.Close(writer);
        HostApplication.KernelPagesLeft = 0;
        for (int i = 0; i < 10; i++)
        {
            (reader, writer) = Make();
            Assert.Equal(40_000, Transfers.Write(writer, _buffer, 40_000));
            Opening.Close(writer);
            Opening.Close(reader);
        }
    }

    [Fact]
    public void Without_memory_a_write_says_so()
    {
        (_, int writer) = Make();
        HostApplication.KernelPagesLeft = 1;
        Assert.Equal(4096, Transfers.Write(writer, _buffer, 10_000));
        Assert.Equal(-Errno.ENOMEM, Transfers.Write(writer, _buffer, 10_000));
    }

    [Property(MaxTest = 200)]
    public void Whatever_is_written_and_read_the_bytes_are_those_of_a_queue((bool IsWrite, ushort Size)[] steps)
    {
        (int reader, int writer) = Make();
        var model = new Queue<byte>();
        byte next = 0;
        foreach ((bool isWrite, ushort size) in steps)
        {
            int count = size % 40_000;
            Span<byte> bytes = HostApplication.At(_buffer, count);
            if (isWrite)
            {
                for (int i = 0; i < count; i++)
                    bytes[i] = (byte)(next + i);
                long written = Transfers.Write(writer, _buffer, (ulong)count);
                Assert.True(written == count || (written > 0 && count > Pipe.AtomicBytes) || written == -Errno.EAGAIN);
                for (int i = 0; i < written; i++)
                    model.Enqueue(next++);
            }
            else
            {
                long read = Transfers.Read(reader, _buffer, (ulong)count);
                Assert.Equal(count == 0 ? 0 : model.Count == 0 ? -Errno.EAGAIN : Math.Min(count, model.Count), read);
                for (int i = 0; i < read; i++)
                    Assert.Equal(model.Dequeue(), bytes[i]);
            }

            Assert.True(model.Count <= 65_536);
        }

        Opening.Close(reader);
        Opening.Close(writer);
    }

    private static (int Reader, int Writer) Make(OpenFlags flags = 0)
    {
        ulong room = HostApplication.Room(8);
        Assert.Equal(0, PipeCalls.Pipe(new UserPointer<DescriptorPair>(room), flags | OpenFlags.NonBlocking));
        return (BitConverter.ToInt32(HostApplication.At(room, 4)), BitConverter.ToInt32(HostApplication.At(room + 4, 4)));
    }

    private static uint Poll(int descriptor)
    {
        ulong room = HostApplication.Room(8);
        BitConverter.TryWriteBytes(HostApplication.At(room, 4), descriptor);
        BitConverter.TryWriteBytes(HostApplication.At(room + 4, 2), (short)0x3fff);
        long count = PollCalls.Poll(new UserPointer<PollDescriptor>(room), 1, 0);
        uint found = BitConverter.ToUInt16(HostApplication.At(room + 6, 2));
        Assert.Equal(found == 0 ? 0 : 1, count);
        return found;
    }

    private long Write(int descriptor, string text)
    {
        Encoding.Latin1.GetBytes(text).CopyTo(HostApplication.At(_buffer, text.Length));
        return Transfers.Write(descriptor, _buffer, (ulong)text.Length);
    }

    private string Read(int descriptor, int most)
    {
        long read = Transfers.Read(descriptor, _buffer, (ulong)most);
        Assert.True(read >= 0, $"{read}");
        return Encoding.Latin1.GetString(HostApplication.At(_buffer, read));
    }
}
