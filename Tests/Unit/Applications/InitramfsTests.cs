using System.Diagnostics;
using System.Globalization;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Files;
using FsCheck.Xunit;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Tests.Unit.Applications;

[Collection(nameof(ApplicationTests))]
public sealed unsafe class InitramfsTests : IDisposable
{
    private readonly HostApplication _host = new();

    // As while the kernel starts.
    public InitramfsTests() => FileTime.Clock = null;

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Files_directories_links_and_devices_are_where_the_archive_says()
    {
        Assert.Equal(CpioDefect.None, Add(new Archive()
            .Directory(".", 0x41ed, 5)
            .Directory("etc")
            .File("etc/os-release", "ID=azalea\n")
            .Link("etc/release", "os-release")
            .Device("null", 0x21b6, 1, 3)));

        Assert.Equal("ID=azalea\n", Text(Find("/etc/os-release")));
        Assert.Equal("ID=azalea\n", Text(Find("/etc/release")));
        Assert.Equal(0x81a4u, Find("/etc/os-release")->Mode);
        Assert.Equal(1_000_000_000, Find("/etc/os-release")->Modified.Seconds);
        Assert.Equal(5, Find("/")->Modified.Seconds);
        Assert.Equal(3u, Find("/")->Links);
        Assert.Equal(0x103UL, Find("/null")->SpecialDevice);
        Assert.True(Find("/null")->Operations == FileOperations.Null);
    }

    [Fact]
    public void Missing_directories_are_made_and_leading_slashes_and_dots_mean_the_root()
    {
        Assert.Equal(CpioDefect.None, Add(new Archive().File("/a/b/c", "1").File("./d//e/./f", "2")));
        Assert.Equal("1", Text(Find("/a/b/c")));
        Assert.Equal("2", Text(Find("/d/e/f")));
        Assert.Equal(0x41edu, Find("/a/b")->Mode);
    }

    [Fact]
    public void A_path_through_a_link_to_a_directory_goes_where_the_link_goes()
    {
        Assert.Equal(CpioDefect.None, Add(new Archive().Directory("usr").Directory("usr/bin").Link("bin", "usr/bin").File("bin/true", "x")));
        Assert.Equal("x", Text(Find("/usr/bin/true")));
    }

    [Fact]
    public void Of_several_archives_the_later_one_wins()
    {
        byte[] first = new Archive().Directory("d", 0x41c0).File("d/a", "old").File("d/b", "kept").ToBytes();
        byte[] second = new Archive().Directory("d", 0x41ed).File("d/a", "new").ToBytes();
        Assert.Equal(CpioDefect.None, Add([.. first, .. new byte[512], .. second, .. new byte[100]]));
        Assert.Equal("new", Text(Find("/d/a")));
        Assert.Equal("kept", Text(Find("/d/b")));
        Assert.Equal(0x41edu, Find("/d")->Mode);
    }

    [Fact]
    public void Names_with_one_number_are_one_file()
    {
        Assert.Equal(CpioDefect.None, Add(new Archive()
            .Entry("a", 0x81ed, [], links: 2, inode: 7)
            .Entry("b", 0x81ed, "shared"u8.ToArray(), links: 2, inode: 7)
            .Entry("c", 0x81ed, "other"u8.ToArray(), links: 1, inode: 7)));
        Assert.True(Find("/a") == Find("/b"));
        Assert.Equal("shared", Text(Find("/a")));
        Assert.Equal(2u, Find("/a")->Links);
        Assert.Equal("other", Text(Find("/c")));
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("a/../../b")]
    [InlineData("..")]
    public void A_name_that_climbs_is_refused(string path) => Assert.Equal(CpioDefect.BadName, Add(new Archive().File(path, "x")));

    [Fact]
    public void Numbers_have_hexadecimal_digits_and_nothing_else()
    {
        const int Modified = 6 + (5 * 8);
        for (int place = 0; place < 8; place++)
        {
            for (int letter = 0; letter < 256; letter++)
            {
                byte[] bytes = new Archive().File("file", "text", modified: 0x1234_abcd).ToBytes();
                bytes[Modified + place] = (byte)letter;
                string text = Encoding.Latin1.GetString(bytes, Modified, 8);
                bool isNumber = text.All(char.IsAsciiHexDigit);
                fixed (byte* archive = bytes)
                {
                    ulong offset = 0;
                    CpioDefect defect = CpioEntry.Read(archive, (ulong)bytes.Length, ref offset, out CpioEntry entry);
                    Assert.Equal((place, letter, isNumber ? CpioDefect.None : CpioDefect.BadNumber), (place, letter, defect));
                    if (isNumber)
                        Assert.Equal(uint.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), entry.Modified);
                }
            }
        }
    }

    [Fact]
    public void Impossible_entries_are_refused_for_what_is_wrong_with_them()
    {
        Assert.Equal(CpioDefect.BadName, Add(new Archive().File(new string('x', 256), "")));
        Assert.Equal(CpioDefect.BadLink, Add(new Archive().Link("l", "")));
        Assert.Equal(CpioDefect.BadLink, Add(new Archive().Link("l", new string('x', 5000))));
        Assert.Equal(CpioDefect.BadLink, Add(new Archive().Link("l", "a\0b")));
        Assert.Equal(CpioDefect.BadKind, Add(new Archive().Entry("k", 0x01a4, [])));
        Assert.Equal(CpioDefect.BadKind, Add(new Archive().File(".", "root is no file")));
        Assert.Equal(CpioDefect.NotDirectory, Add(new Archive().File("f", "x").File("f/g", "y")));
        Assert.Equal(CpioDefect.NotDirectory, Add(new Archive().Link("loop", "loop").File("loop/x", "y")));
        Assert.Equal(CpioDefect.Truncated, Add(new Archive().File("f", "x").ToBytes(trailer: false)));
        byte[] bytes = new Archive().File("f", "x").ToBytes();
        bytes[10] = (byte)'g';
        Assert.Equal(CpioDefect.BadNumber, Add(bytes));
        bytes[2] = (byte)'9';
        Assert.Equal(CpioDefect.BadMagic, Add(bytes));
    }

    [Fact]
    public void Every_shorter_archive_is_refused()
    {
        byte[] bytes = new Archive().Directory("d").File("d/f", "some text").Link("l", "d/f").ToBytes();
        for (int length = 0; length < bytes.Length - 4; length++)
        {
            Assert.True(FileTree.Initialize());
            Assert.NotEqual(CpioDefect.None, Add(bytes[..length]));
        }
    }

    [Property(MaxTest = 500)]
    public void Whatever_is_changed_in_an_archive_the_tree_stays_a_tree((ushort Where, byte What)[] changes)
    {
        byte[] bytes = new Archive().Directory("d").File("d/f", "some text").Link("l", "d").File("l/g", "more")
            .Entry("h", 0x81ed, "shared"u8.ToArray(), links: 2, inode: 7).Entry("i", 0x81ed, [], links: 2, inode: 7).ToBytes();
        foreach ((ushort where, byte what) in changes)
            bytes[where % bytes.Length] = (what & 1) == 0 ? what : (byte)("0123456789ABCDEF/.l"[what % 19]);
        Assert.True(FileTree.Initialize());
        byte* archive = HostApplication.Pin(bytes);
        Initramfs.Add(archive, (ulong)bytes.Length);
        CheckTree(FileTree.Root, archive, bytes.Length, 0);
    }

    [Fact]
    public void An_archive_with_more_files_than_memory_is_an_error_and_no_panic()
    {
        var archive = new Archive();
        for (int i = 0; i < 200; i++)
            archive.File($"f{i}", "x");
        HostApplication.KernelPagesLeft = 3;
        Assert.Equal(CpioDefect.OutOfMemory, Add(archive));
    }

    [Fact]
    public void A_directory_with_many_files_is_unpacked_in_no_time()
    {
        var archive = new Archive();
        for (int i = 0; i < 100_000; i++)
            archive.File($"d/file-{i:d6}", "");
        byte[] bytes = archive.ToBytes();
        long start = Stopwatch.GetTimestamp();
        Assert.Equal(CpioDefect.None, Add(bytes));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
        Assert.True(Find("/d/file-099999") != null);
    }

    [Fact]
    public void What_the_cpio_program_writes_is_understood()
    {
        if (!File.Exists("/usr/bin/cpio"))
            return;
        string folder = Path.Combine(Path.GetTempPath(), $"azalea-{Guid.NewGuid():n}");
        Directory.CreateDirectory(Path.Combine(folder, "sub"));
        File.WriteAllText(Path.Combine(folder, "sub", "text"), "contents");
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "sub/text");
        var start = new ProcessStartInfo("/bin/sh", ["-c", "find . | cpio --quiet -o -H newc"]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Directory.Delete(folder, recursive: true);

        Assert.Equal(CpioDefect.None, Add(output.ToArray()));
        Assert.Equal("contents", Text(Find("/link")));
    }

    [Theory]
    [InlineData("/a/b/f", 0)]
    [InlineData("a/b/f", 0)]
    [InlineData("//a//b///f", 0)]
    [InlineData("/a/./b/../b/f", 0)]
    [InlineData("/../../a/b/f", 0)]
    [InlineData("/abs", 0)]
    [InlineData("/rel/f", 0)]
    [InlineData("/rel/../b/f", 0)]
    [InlineData("/chain", 0)]
    [InlineData("/dir/", -20)]
    [InlineData("/a/b/f/", -20)]
    [InlineData("/a/b/f/x", -20)]
    [InlineData("/a/b/f/..", -20)]
    [InlineData("/nope", -2)]
    [InlineData("/nope/x", -2)]
    [InlineData("", -2)]
    [InlineData("/loop", -40)]
    [InlineData("/loop/x", -40)]
    [InlineData("/dangling", -2)]
    public void Paths_are_followed_as_Linux_does(string path, int expected)
    {
        Assert.Equal(CpioDefect.None, Add(new Archive()
            .File("a/b/f", "found").Link("abs", "/a/b/f").Link("rel", "a/b").Link("dir", "a/b/f")
            .Link("chain", "chain2").Link("chain2", "rel/../b/f").Link("loop", "loop2").Link("loop2", "loop").Link("dangling", "nowhere")));
        Assert.Equal(expected, (int)PathWalker.Walk(FileTree.Root, Encoding.UTF8.GetBytes(path), follow: true, out FileNode* node));
        if (expected == 0)
            Assert.Equal("found", Text(node));
    }

    [Fact]
    public void The_last_link_is_followed_only_when_asked_or_with_a_slash_behind_it()
    {
        Add(new Archive().Directory("d").Link("l", "d").Link("m", "l"));
        Assert.Equal(0, PathWalker.Walk(FileTree.Root, "/m"u8, follow: false, out FileNode* node));
        Assert.True(node->IsSymbolicLink);
        Assert.Equal(0, PathWalker.Walk(FileTree.Root, "/m/"u8, follow: false, out node));
        Assert.True(node->IsDirectory);
    }

    [Fact]
    public void Forty_links_are_followed_and_not_one_more()
    {
        var archive = new Archive().File("0", "end");
        for (int i = 1; i <= 41; i++)
            archive.Link($"{i}", $"{i - 1}");
        Add(archive);
        Assert.Equal(0, PathWalker.Walk(FileTree.Root, "/40"u8, follow: true, out _));
        Assert.Equal(-Errno.ELOOP, PathWalker.Walk(FileTree.Root, "/41"u8, follow: true, out _));
    }

    private static void CheckTree(FileNode* directory, byte* archive, int size, int depth)
    {
        Assert.True(directory->IsDirectory && depth < 100);
        long position = 2;
        for (DirectoryEntry* entry = directory->FirstEntry; entry != null; entry = entry->Next)
        {
            Assert.True(entry->Position > position);
            position = entry->Position;
            Assert.True(FileTree.Find(directory, entry->Text) == entry);
            FileNode* node = entry->Node;
            if (node->Kind is FileMode.Regular or FileMode.SymbolicLink && node->Size != 0)
                Assert.True(node->Data >= archive && node->Data + node->Size <= archive + size);
            if (node->IsDirectory)
            {
                Assert.True(node->Parent == directory);
                CheckTree(node, archive, size, depth + 1);
            }
        }
    }

    private static CpioDefect Add(Archive archive) => Add(archive.ToBytes());

    private static CpioDefect Add(byte[] bytes) => Initramfs.Add(HostApplication.Pin(bytes), (ulong)bytes.Length);

    private static FileNode* Find(string path)
    {
        Assert.Equal(0, PathWalker.Walk(FileTree.Root, Encoding.UTF8.GetBytes(path), follow: true, out FileNode* node));
        return node;
    }

    private static string Text(FileNode* node) => Encoding.UTF8.GetString(node->Data, (int)node->Size);
}
