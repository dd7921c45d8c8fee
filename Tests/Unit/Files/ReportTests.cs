using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Reports;
using AzaleaOS.Memory;
using AzaleaOS.Syscalls;
using AzaleaOS.Tests.Unit.Applications;
using AzaleaOS.Threads;
using FsCheck.Xunit;
using Thread = AzaleaOS.Threads.Thread;

namespace AzaleaOS.Tests.Unit.Files;

/// <summary>Text that the kernel makes for readers of /proc.</summary>
[Collection(nameof(ApplicationTests))]
public sealed unsafe class ReportTests : IDisposable
{
    private readonly HostApplication _host = new();
    private readonly ulong _room = HostApplication.Room(8192);

    public ReportTests()
    {
        ReportPieces.LimitOf = &Limits.Of;
        Assert.True(ReportDirectory.Populate());
    }

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("%04opu", "0022")]
    [InlineData("%8kmt kB", "   65536 kB")]
    [InlineData("%pi", "2")]
    [InlineData("%016xtB", "0000000000000000")]
    [InlineData("a%3_b", "a   b")]
    [InlineData("%ctX", "R")]
    [InlineData("%.mU", "12.34")]
    [InlineData("%NnX", "worker 1X")]
    [InlineData("%Sh|", "1024                 |")]
    [InlineData("%Ha|", "unlimited            |")]
    public void A_template_becomes_text(string template, string text)
    {
        HostApplication.Ticks = 24_680_000_000;
        SetName("worker 1");
        ThreadTableFirst()->State = AzaleaOS.Threads.ThreadState.Ready;
        Assert.Equal(text, Expand(template, (ulong)Process.Id));
    }

    [Property]
    public bool A_number_looks_as_dotnet_writes_it(long value, byte width)
    {
        ReportText text = default;
        text.Append((ulong)value, 10, 0, (byte)' ');
        text.Append((byte)'|');
        text.Append((ulong)value, 16, width % 20, (byte)'0');
        text.Append((byte)'|');
        text.Append((ulong)(value & 0x1ff), 8, 4, (byte)'0');
        string expected = $"{value}|{((ulong)value).ToString("x", null).PadLeft(width % 20, '0')}|{Convert.ToString(value & 0x1ff, 8).PadLeft(4, '0')}";
        return TextOf(text) == expected;
    }

    [Fact]
    public void A_text_grows_page_by_page_and_says_when_memory_is_exhausted()
    {
        ReportText text = default;
        for (int i = 0; i < 10_000; i++)
            text.Append((byte)('a' + (i % 26)));
        Assert.Equal(10_000, TextOf(text).Length);

        HostApplication.KernelPagesLeft = 1;
        text = default;
        for (int i = 0; i < 10_000; i++)
            text.Append((byte)'x');
        HostApplication.KernelPagesLeft = int.MaxValue;
        Assert.True(text.IsCut);
        Assert.Equal(10_000, text.Length);
        Assert.Equal(ReportPage.Room, TextOf(text).Length);
    }

    [Theory]
    [InlineData("/proc/self/comm", "worker 1\n")]
    [InlineData("/proc/2/task/2/comm", "worker 1\n")]
    [InlineData("/proc/self/cgroup", "0::/\n")]
    [InlineData("/proc/sys/vm/overcommit_memory", "1\n")]
    [InlineData("/proc/filesystems", "nodev\ttmpfs\nnodev\tdevtmpfs\nnodev\tproc\nnodev\tsysfs\nnodev\tcgroup2\n")]
    [InlineData("/sys/fs/cgroup/memory.max", "66060288\n")]
    [InlineData("/sys/fs/cgroup/cpu.max", "max 100000\n")]
    [InlineData("/sys/fs/cgroup/cgroup.procs", "2\n")]
    public void A_file_has_its_text(string path, string text)
    {
        SetName("worker 1");
        Assert.Equal(text, ReadAll(path, 100));
    }

    [Property]
    public bool Pieces_of_any_size_make_the_same_text(byte size)
        => ReadAll("/proc/self/limits", size + 1) == ReadAll("/proc/self/limits", 8192);

    [Fact]
    public void A_text_stays_as_it_is_until_it_is_read_from_its_beginning()
    {
        SetName("before");
        int file = Open("/proc/self/comm");
        Assert.Equal("bef", Read(file, 3));
        SetName("behind");
        Assert.Equal("ore\n", Read(file, 100));
        Assert.Equal(3, Transfers.Seek(file, 3, 0));
        Assert.Equal("ore\n", Read(file, 100));
        Assert.Equal(0, Transfers.Seek(file, 0, 0));
        Assert.Equal("behind\n", Read(file, 100));
        Assert.Equal(0, Opening.Close(file));
    }

    [Fact]
    public void Maps_have_a_line_for_each_area()
    {
        string[] lines = ReadAll("/proc/self/maps", 8192).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(HostApplication.Space->AreaCount, lines.Length);
        ulong start = HostApplication.Window;
        Assert.Equal($"{start:x8}-{start + (16 * HostApplication.PageSize):x8} rw-p 00000000 00:00 0 ", lines[0]);
    }

    [Theory]
    [InlineData("/proc/self/maps", 1)]
    [InlineData("/proc/self/maps", 100)]
    [InlineData("/proc/self/maps", 1024)]
    [InlineData("/proc/self/smaps", 700)]
    public void Areas_read_in_pieces_are_those_read_at_once(string path, int size)
    {
        for (uint i = 0; i < 60; i++)
            Map(64 + (2 * i), 1, i % 2 == 0 ? Protection.Read : Protection.Read | Protection.Write);
        Assert.Equal(ReadAll(path, 8192), ReadAll(path, size));
    }

    [Fact]
    public void Areas_that_grow_while_they_are_read_never_go_back()
    {
        ulong at = Map(64, 4, Protection.Read | Protection.Write);
        Map(72, 1, Protection.Read);
        int length = ReadAll("/proc/self/maps", 8192).IndexOf('\n', StringComparison.Ordinal) + 1;
        int file = Open("/proc/self/maps");
        Assert.Equal(length + 1, Read(file, length + 1).Length);
        Map(68, 4, Protection.Read | Protection.Write);
        string[] lines = [.. Read(file, 8192).Split('\n').Select(line => line.Split(' ')[0])];
        Assert.Equal([$"{at + (4 * HostApplication.PageSize):x}-{at + (8 * HostApplication.PageSize):x}", $"{at + (8 * HostApplication.PageSize):x}-{at + (9 * HostApplication.PageSize):x}", ""], lines[1..]);
        Assert.Equal(0, Opening.Close(file));
    }

    [Fact]
    public void Files_of_proc_have_blocks_of_1024_bytes_as_on_Linux()
    {
        Assert.Equal(0, Attributes.Status(HostApplication.Text("/proc/self/maps"), new(_room)));
        Assert.Equal(1024, ((Stat*)_room)->BlockSize);
        Assert.Equal(0, Attributes.Status(HostApplication.Text("/sys/devices/system/cpu/online"), new(_room)));
        Assert.Equal(4096, ((Stat*)_room)->BlockSize);
    }

    [Fact]
    public void Statm_says_in_pages_what_status_says_in_kibibytes()
    {
        string[] lines = ReadAll("/proc/self/status", 8192).Split('\n');
        string[] pages = ReadAll("/proc/self/statm", 100).TrimEnd('\n').Split(' ');
        string[] names = ["VmSize", "VmRSS", "VmExe", "VmData"];
        long[] kibibytes = [.. names.Select(name => long.Parse(lines.Single(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split(['\t', ' '], StringSplitOptions.RemoveEmptyEntries)[1], null))];
        Assert.True(kibibytes[1] > 0);
        Assert.Equal([kibibytes[0] / 4, kibibytes[1] / 4, kibibytes[2] / 4, 0, kibibytes[3] / 4, 0], pages.Where((_, i) => i != 2).Select(page => long.Parse(page, null)));
    }

    [Theory]
    [InlineData("/proc/2/task/2/comm")]
    [InlineData("/proc/2/task/2/fdinfo/0")]
    [InlineData("/proc/self/cgroup")]
    [InlineData("/sys/devices/system/clocksource/clocksource0/current_clocksource")]
    public void A_file_that_is_looked_for_again_is_the_same(string path)
    {
        Assert.Equal(0, PipeCalls.Pipe(new UserPointer<DescriptorPair>(_room)));
        string before = ReadAll(path, 1000);
        ulong nodes = FileTree.NodeCount;
        Assert.NotEmpty(ReadAll(path, 1000));
        Assert.Equal(before.Length, ReadAll(path, 1000).Length);
        Assert.Equal(nodes, FileTree.NodeCount);
    }

    [Fact]
    public void Descriptors_come_and_go_in_their_directory()
    {
        Assert.Equal(0, PipeCalls.Pipe(new UserPointer<DescriptorPair>(_room)));
        int reader = *(int*)_room;
        int writer = *(int*)(_room + 4);
        Assert.StartsWith("pipe:[", Link($"/proc/self/fd/{reader}"), StringComparison.Ordinal);
        Assert.Equal(Link($"/proc/self/fd/{reader}"), Link($"/proc/2/fd/{writer}"));
        Assert.Equal(0, Opening.Close(reader));
        Assert.Equal(-Errno.ENOENT, Attributes.ReadLink(HostApplication.Text($"/proc/self/fd/{reader}"), _room, 100));
        Assert.Equal(-Errno.ENOENT, Attributes.ReadLink(HostApplication.Text($"/proc/self/fd/0{writer}"), _room, 100));
        Assert.Equal("2", Link("/proc/self"));
        Assert.Equal("/", Link("/proc/self/root"));
        Assert.Equal(0, Opening.Close(writer));
    }

    [Fact]
    public void Descriptors_that_were_looked_at_and_closed_take_no_memory()
    {
        Assert.Equal(0, Transfers.Seek(Open("/proc/self/comm"), 0, 0));
        ulong before = 0;
        for (int i = 0; i < 200; i++)
        {
            int file = Open("/proc/uptime");
            int place = (int)Opening.DuplicateTo(file, 100 + i);
            Assert.Equal("/proc/uptime", Link($"/proc/self/fd/{place}"));
            Assert.Equal(0, Opening.Close(place));
            Assert.Equal(0, Opening.Close(file));
            before = i == 40 ? FileTree.NodeCount : before;
        }

        Assert.InRange(FileTree.NodeCount, 0ul, before + 16);
    }

    [Fact]
    public void Files_that_cannot_be_written_say_so_as_on_Linux()
    {
        Assert.Equal(-Errno.EACCES, Opening.Open(HostApplication.Text("/proc/sys/kernel/ostype"), OpenFlags.WriteOnly, 0));
        Assert.Equal(-Errno.EACCES, Opening.Open(HostApplication.Text("/sys/kernel/mm/transparent_hugepage/enabled"), OpenFlags.ReadWrite | OpenFlags.Truncate, 0));
        Assert.Equal(-Errno.ENOENT, Opening.Open(HostApplication.Text("/proc/new"), OpenFlags.ReadWrite | OpenFlags.Create, 0x180));
        Assert.Equal(-Errno.EPERM, Names.Unlink(HostApplication.Text("/proc/uptime")));
        int file = (int)Opening.Open(HostApplication.Text("/proc/uptime"), OpenFlags.WriteOnly | OpenFlags.Truncate, 0);
        Assert.Equal(-Errno.EIO, Transfers.Write(file, _room, 1));
        Assert.Equal(0, Opening.Close(file));
        file = (int)Opening.Open(HostApplication.Text("/proc/self/comm"), OpenFlags.ReadWrite, 0);
        Assert.Equal(5, Transfers.Write(file, HostApplication.Text("a\0b c"), 5));
        Assert.Equal(0, Opening.Close(file));
        Assert.Equal("a\n", ReadAll("/proc/self/comm", 100));
    }

    [Fact]
    public void What_was_made_is_given_back()
    {
        Assert.NotEqual("", ReadAll("/proc/self/limits", 8192));
        int taken = HostApplication.KernelPagesTaken;
        for (int i = 0; i < 20; i++)
            Assert.NotEqual("", ReadAll("/proc/self/limits", 8192));
        Assert.Equal(taken, HostApplication.KernelPagesTaken);
    }

    private static Thread* ThreadTableFirst() => ThreadTable.First;

    private static ulong Map(ulong page, ulong pages, Protection protection)
    {
        ulong at = HostApplication.Window + (page * HostApplication.PageSize);
        Assert.Equal((long)at, HostApplication.Space->Map(at, pages * HostApplication.PageSize, protection, MapFlags.Private | MapFlags.Anonymous | MapFlags.Fixed));
        return at;
    }

    private static void SetName(string name)
    {
        Span<byte> place = ThreadTableFirst()->Name;
        place.Clear();
        Encoding.ASCII.GetBytes(name, place);
    }

    private static string Expand(string template, ulong argument)
    {
        ReportText text = default;
        fixed (byte* first = Encoding.ASCII.GetBytes(template + "\n"))
            ReportTemplate.Write(&text, first, argument);
        return TextOf(text);
    }

    private static string TextOf(in ReportText text)
    {
        StringBuilder all = new();
        for (ReportPage* page = text.First; page != null; page = page->Next)
            all.Append(Encoding.ASCII.GetString(ReportPage.TextOf(page), (int)page->Used));
        ReportPage.Free(text.First);
        return all.ToString();
    }

    private static int Open(string path)
    {
        long result = Opening.Open(HostApplication.Text(path), OpenFlags.ReadOnly, 0);
        Assert.InRange(result, 0, int.MaxValue);
        return (int)result;
    }

    private string Read(int file, int size)
    {
        long got = Transfers.Read(file, _room, (ulong)size);
        Assert.InRange(got, 0, size);
        return Encoding.ASCII.GetString(HostApplication.At(_room, got));
    }

    private string ReadAll(string path, int size)
    {
        int file = Open(path);
        StringBuilder all = new();
        for (string piece = Read(file, size); piece.Length != 0; piece = Read(file, size))
            all.Append(piece);
        Assert.Equal(0, Opening.Close(file));
        return all.ToString();
    }

    private string Link(string path)
    {
        long got = Attributes.ReadLink(HostApplication.Text(path), _room, 100);
        Assert.InRange(got, 1, 100);
        return Encoding.ASCII.GetString(HostApplication.At(_room, got));
    }
}
