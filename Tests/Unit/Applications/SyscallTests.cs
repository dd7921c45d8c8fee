using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;
using AzaleaOS.Syscalls;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Tests.Unit.Applications;

[Collection(nameof(ApplicationTests))]
public sealed unsafe class SyscallTests : IDisposable
{
    private const int Here = AtFlags.WorkingDirectory;
    private readonly HostApplication _host = new();

    public SyscallTests()
    {
        var archive = new Archive().Directory("d").File("d/text", "0123456789").Link("l", "d/text");
        for (int i = 0; i < 300; i++)
            archive.File($"many/file-{i}", "");
        byte[] bytes = archive.ToBytes();
        Assert.Equal(CpioDefect.None, Initramfs.Add(HostApplication.Pin(bytes), (ulong)bytes.Length));
        Assert.True(Devices.Populate());
        for (int descriptor = 0; descriptor < 3; descriptor++)
            Assert.Equal(descriptor, Opening.Open(HostApplication.Text("/dev/console"), OpenFlags.ReadWrite, 0));
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void What_is_written_to_the_console_appears_there()
    {
        ulong text = HostApplication.Text("hello, ");
        ulong more = HostApplication.Text("world\n");
        Assert.Equal(7, Transfers.Write(1, text, 7));
        ulong vector = HostApplication.Put(MemoryMarshal.AsBytes<ulong>([more, 3, 0, 0, more + 3, 3]));
        Assert.Equal(6, Transfers.WriteVector(2, new UserPointer<IoVector>(vector), 3));
        Assert.Equal("hello, world\n", Encoding.UTF8.GetString(HostApplication.Console));
    }

    [Fact]
    public void No_address_can_make_the_kernel_touch_what_is_not_the_applications()
    {
        ulong[] addresses = [0, 8, HostApplication.Window + (200 * AddressSpace.PageSize), 0x7fff_ffff_f000, 0xffff_8000_0000_0000, ulong.MaxValue - 7];
        int file = (int)Opening.Open(HostApplication.Text("/d/text"), 0, 0);
        int zero = (int)Opening.Open(HostApplication.Text("/dev/zero"), 0, 0);
        int directory = (int)Opening.Open(HostApplication.Text("/many"), 0, 0);
        ulong path = HostApplication.Text("/l");
        foreach (ulong a in addresses)
        {
            long[] results =
            [
                Transfers.Read(file, a, 5), Transfers.Read(zero, a, 5), Transfers.Write(1, a, 5), Transfers.ReadFrom(file, a, 5, 0),
                Transfers.ReadVector(file, new(a), 2), Transfers.WriteVector(1, new(a), 2),
                Opening.Open(a, 0, 0), Attributes.Status(a, default), Attributes.Status(path, new(a)), Attributes.StatusOfDescriptor(file, new(a)),
                Attributes.ExtendedStatus(Here, path, 0, 0, new(a)), Attributes.ReadLink(path, a, 10), Attributes.ReadLink(a, a, 10), Attributes.Access(a, 0),
                Attributes.FileSystem(path, new(a)), Directories.Read(directory, a, 1000), Directories.GetWorkingDirectory(a, 100), Directories.Change(a),
                TimeCalls.GetTime(1, new(a)), SleepCalls.Sleep(new(a), default), Machine.Name(new(a)), Machine.Information(new(a)),
                Machine.GetRandom(a, 8, 0), Limits.Get(3, new(a)), FutexCalls.Operate(a & ~3UL, FutexCommand.Wait, 0, 0, 0, 0),
                SignalCalls.SetStack(new(a | 8), default), SignalCalls.GetPending(a, 8), ThreadCalls.Control(16, a, 0, 0, 0),
            ];
            Assert.All(results, result => Assert.Equal(-Errno.EFAULT, result));
        }
    }

    [Fact]
    public void A_read_stops_where_the_buffer_does()
    {
        ulong end = HostApplication.Window + (16 * AddressSpace.PageSize);
        int zero = (int)Opening.Open(HostApplication.Text("/dev/zero"), 0, 0);
        Assert.Equal(100, Transfers.Read(zero, end - 100, 5000));
        Assert.Equal(-Errno.EFAULT, Transfers.Read(zero, end, 5000));
    }

    [Fact]
    public void Duplicates_share_a_position_and_separate_opens_do_not()
    {
        int one = (int)Opening.Open(HostApplication.Text("/d/text"), 0, 0);
        int two = (int)Opening.Open(HostApplication.Text("/l"), 0, 0);
        int three = (int)Opening.Duplicate(one);
        ulong buffer = HostApplication.Room(16);
        Assert.Equal(4, Transfers.Read(one, buffer, 4));
        Assert.Equal(3, Transfers.Read(three, buffer, 3));
        Assert.Equal("456"u8, HostApplication.At(buffer, 3));
        Assert.Equal(10, Transfers.Read(two, buffer, 16));
        Assert.Equal(0, Opening.Close(one));
        Assert.Equal(3, Transfers.Read(three, buffer, 16));
        Assert.Equal(one, Opening.Open(HostApplication.Text("/d/text"), 0, 0));
    }

    [Fact]
    public void Descriptors_run_out_at_the_limit_and_come_back()
    {
        ulong path = HostApplication.Text("/d/text");
        for (int expected = 3; expected < DescriptorTable.Limit; expected++)
            Assert.Equal(expected, Opening.Open(path, 0, 0));
        Assert.Equal(-Errno.EMFILE, Opening.Open(path, 0, 0));
        Assert.Equal(-Errno.EMFILE, Opening.Duplicate(3));
        Assert.Equal(0, Opening.Close(500));
        Assert.Equal(500, Opening.Open(path, 0, 0));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(100)]
    [InlineData(4096)]
    [InlineData(65536)]
    public void A_directory_read_in_pieces_of_any_size_shows_every_name_once(uint size)
    {
        int directory = (int)Opening.Open(HostApplication.Text("/many"), OpenFlags.Directory, 0);
        ulong buffer = HostApplication.Window + (20 * AddressSpace.PageSize);
        HostApplication.Space->Map(buffer, 16 * AddressSpace.PageSize, Protection.Read | Protection.Write, MapFlags.Private | MapFlags.Anonymous | MapFlags.Fixed);
        List<string> names = [];
        long bytes;
        while ((bytes = Directories.Read(directory, buffer, size)) > 0)
        {
            for (ulong at = buffer; at < buffer + (ulong)bytes;)
            {
                var record = (DirectoryRecord*)at;
                names.Add(Marshal.PtrToStringUTF8((nint)at + 19)!);
                Assert.Equal(0UL, at % 8);
                if (names.Count % 50 == 0)
                    Assert.Equal(record->Next, Transfers.Seek(directory, record->Next, 0));
                at += record->Length;
                if (names.Count % 50 == 0)
                    break;
            }
        }

        Assert.Equal(0, bytes);
        string[] expected = [".", "..", .. Enumerable.Range(0, 300).Select(i => $"file-{i}")];
        Assert.Equal(expected, names);
    }

    [Fact]
    public void A_directory_read_into_a_buffer_that_ends_gives_whole_records_and_goes_on_behind_them()
    {
        ulong end = HostApplication.Window + (16 * AddressSpace.PageSize);
        int directory = (int)Opening.Open(HostApplication.Text("/many"), OpenFlags.Directory, 0);
        Assert.Equal(24 + 24 + 32, Directories.Read(directory, end - 100, 4096));
        Assert.Equal("file-0\0"u8, HostApplication.At(end - 100 + 48 + 19, 7));
        Assert.Equal(-Errno.EFAULT, Directories.Read(directory, end - 20, 4096));
        Assert.Equal(-Errno.EINVAL, Directories.Read(directory, end - 100, 31));
        Assert.Equal(32, Directories.Read(directory, end - 50, 50));
        Assert.Equal("file-1\0"u8, HostApplication.At(end - 50 + 19, 7));
    }

    [Fact]
    public void What_is_in_dev_was_there_before_anybody_looked()
    {
        ulong buffer = HostApplication.Room(256);
        Assert.Equal(0, Attributes.Status(HostApplication.Text("/dev"), new(buffer)));
        var before = *(Stat*)buffer;
        Assert.Equal((3UL, 20L * (2 + 12)), (before.Links, before.Size));
        Assert.Equal(-Errno.EEXIST, Opening.Open(HostApplication.Text("/dev/null"), OpenFlags.Create | OpenFlags.Exclusive, 0));
        Assert.Equal(0, Attributes.Status(HostApplication.Text("/dev"), new(buffer)));
        var after = *(Stat*)buffer;
        Assert.Equal((before.Links, before.Size, before.Modified.Seconds, before.Changed.Seconds), (after.Links, after.Size, after.Modified.Seconds, after.Changed.Seconds));
    }

    [Fact]
    public void A_name_in_dev_is_found_although_nobody_listed_it()
    {
        Assert.Equal(-Errno.EEXIST, Names.MakeDirectory(HostApplication.Text("/dev/shm"), 0));
        Assert.InRange(Opening.Open(HostApplication.Text("/dev/shm/new"), OpenFlags.Create | OpenFlags.ReadWrite, 0x1b6), 3, 10);
        Assert.Equal(0, Names.Unlink(HostApplication.Text("/dev/stdin")));
        Assert.Equal(-Errno.ENOENT, Opening.Open(HostApplication.Text("/dev/stdin"), 0, 0));
    }

    [Fact]
    public void The_working_directory_has_a_path_without_links()
    {
        ulong buffer = HostApplication.Room(64);
        Assert.Equal(2, Directories.GetWorkingDirectory(buffer, 64));
        Assert.Equal(0, Directories.Change(HostApplication.Text("d/../many/../d/.")));
        Assert.Equal(3, Directories.GetWorkingDirectory(buffer, 64));
        Assert.Equal("/d\0"u8, HostApplication.At(buffer, 3));
        Assert.Equal(3, Directories.GetWorkingDirectory(buffer, 3));
        Assert.Equal(-Errno.ERANGE, Directories.GetWorkingDirectory(buffer, 2));
    }

    [Theory]
    [InlineData(0x1ff, false)]
    [InlineData(-1, true)]
    public void The_exit_status_has_eight_bits(int status, bool isThread)
    {
        ProcessEnd.Reset();
        Assert.Throws<ProcessEndedException>(() => isThread ? ThreadCalls.Exit(status) : ThreadCalls.ExitGroup(status));
        Assert.Equal(0xff, HostApplication.Exited);
    }

    [Fact]
    public void Moving_memory_keeps_what_is_in_it()
    {
        ulong at = (ulong)MemoryCalls.Map(0, 8192, Protection.Read | Protection.Write, MapFlags.Private | MapFlags.Anonymous, -1, 0);
        MemoryCalls.Map(at + 8192, 4096, Protection.Read, MapFlags.Private | MapFlags.Anonymous | MapFlags.Fixed, -1, 0);
        HostApplication.At(at, 8192).Fill(0x5a);
        Assert.Equal(-Errno.ENOMEM, MemoryCalls.Remap(at, 8192, 16384, 0, 0));
        ulong moved = (ulong)MemoryCalls.Remap(at, 8192, 16384, RemapFlags.MayMove, 0);
        Assert.NotEqual(at, moved);
        Assert.True(HostApplication.At(moved, 8192).IndexOfAnyExcept((byte)0x5a) < 0);
        Assert.True(HostApplication.At(moved + 8192, 8192).IndexOfAnyExcept((byte)0) < 0);
        Assert.True(HostApplication.Space->IsFree(at, 8192));
    }

    [Fact]
    public void A_device_file_says_what_it_is()
    {
        ulong status = HostApplication.Room(144);
        Assert.Equal(0, Attributes.Status(HostApplication.Text("/dev/null"), new(status)));
        Assert.Equal(FileMode.CharacterDevice | 0x1b6, ((Stat*)status)->Mode);
        Assert.Equal(0x103UL, ((Stat*)status)->SpecialDevice);
        Assert.Equal(-Errno.ENOTTY, Opening.DeviceControl(1, 0x5401, status));
    }
}
