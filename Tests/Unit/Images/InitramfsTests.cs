using System.Diagnostics;
using System.Globalization;
using System.Text;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Images;

public sealed class InitramfsTests : IDisposable
{
    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("azalea-test-");

    public void Dispose() => _work.Delete(recursive: true);

    [Property]
    public Property Whatever_is_put_in_is_read_back_with_its_parents_before_it()
    {
        Gen<string> name = Gen.Elements("a", "b", "c", "d.txt", "ü", "with space");
        Gen<string> path = name.NonEmptyListOf().Select(parts => "/" + string.Join('/', parts.Take(4)) + "/file");
        Gen<(string Path, byte[] Content)> file = path.SelectMany(_ => ArbMap.Default.GeneratorFor<byte[]>(), (p, content) => (p, content ?? []));
        return Prop.ForAll(file.ListOf().ToArbitrary(), files =>
        {
            var initramfs = new Initramfs();
            var expected = new Dictionary<string, byte[]>();
            foreach ((string p, byte[] content) in files)
            {
                initramfs.AddContent(p, content);
                expected[p[1..]] = content;
            }

            List<CpioRecord> records = CpioRecord.ReadAll(Bytes(initramfs));
            Assert.Equal(expected.Count, records.Count(record => record.IsFile));
            var directories = new HashSet<string> { "" };
            foreach (CpioRecord record in records)
            {
                Assert.Contains(Path.GetDirectoryName(record.Name) ?? "", directories);
                if (record.IsFile)
                    Assert.Equal(expected[record.Name], record.Content);
                else
                    directories.Add(record.Name);
            }
        });
    }

    [Fact]
    public void Cpio_lists_what_was_written()
    {
        if (HostTools.Default.FindProgram("cpio") is not { } cpio)
            return;
        var initramfs = new Initramfs();
        initramfs.AddContent("/bin/sh", new byte[1001], 0x1ED);
        initramfs.AddContent("/etc/empty", Array.Empty<byte>());
        initramfs.AddDirectory("/tmp");
        initramfs.AddLink("/bin/ls", "sh");
        string archive = Path.Combine(_work.FullName, "a.cpio");
        initramfs.Write(archive);
        using Process process = Process.Start(new ProcessStartInfo(cpio, ["-tv", "--quiet", "-F", archive]) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["TZ"] = "UTC", ["LC_ALL"] = "C" } })!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("", process.StandardError.ReadToEnd());
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Equal(["drwxr-xr-x", "lrwxrwxrwx", "-rwxr-xr-x", "drwxr-xr-x", "-rw-r--r--", "drwxr-xr-x"], lines.Select(line => line.Split(' ')[0]));
        Assert.Equal(["bin", "bin/ls -> sh", "bin/sh", "etc", "etc/empty", "tmp"], lines.Select(line => line[(line.IndexOf("2023 ", StringComparison.Ordinal) + 5)..]));
    }

    [Fact]
    public void The_same_files_give_the_same_bytes_in_any_order()
    {
        var one = new Initramfs();
        one.AddContent("/a/1", new byte[] { 1 });
        one.AddContent("/b", new byte[] { 2 });
        var two = new Initramfs();
        two.AddContent("/b", new byte[] { 2 });
        two.AddDirectory("/a");
        two.AddContent("/a/1", new byte[] { 1 });
        Assert.Equal(Bytes(one), Bytes(two));
    }

    [Fact]
    public void A_host_file_keeps_its_content_and_permissions_and_a_link_to_it_is_followed()
    {
        if (OperatingSystem.IsWindows())
            return;
        string file = Path.Combine(_work.FullName, "program");
        File.WriteAllText(file, "text");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string link = Path.Combine(_work.FullName, "link");
        File.CreateSymbolicLink(link, "program");
        var initramfs = new Initramfs();
        initramfs.AddHost(link, "/bin/program");
        CpioRecord record = CpioRecord.ReadAll(Bytes(initramfs)).Single(record => record.IsFile);
        Assert.Equal(("bin/program", 0x8140u, "text"), (record.Name, record.Mode, Encoding.ASCII.GetString(record.Content)));
    }

    [Fact]
    public void A_host_directory_comes_with_all_that_is_in_it_and_its_links_stay_links()
    {
        DirectoryInfo tree = _work.CreateSubdirectory("tree");
        File.WriteAllText(Path.Combine(tree.CreateSubdirectory("sub").FullName, "file"), "x");
        File.CreateSymbolicLink(Path.Combine(tree.FullName, "dangling"), "nowhere");
        var initramfs = new Initramfs();
        initramfs.AddHost(tree.FullName, "/data");
        List<CpioRecord> records = CpioRecord.ReadAll(Bytes(initramfs));
        Assert.Equal(["data", "data/dangling", "data/sub", "data/sub/file"], records.Select(record => record.Name));
        Assert.Equal("nowhere", Encoding.ASCII.GetString(records[1].Content));
    }

    [Fact]
    public void A_file_that_has_content_and_no_length_is_read_to_its_end()
    {
        var initramfs = new Initramfs();
        initramfs.AddHost("/proc/self/cmdline", "/cmdline");
        Assert.NotEmpty(CpioRecord.ReadAll(Bytes(initramfs)).Single().Content);
    }

    [Theory]
    [InlineData("relative")]
    [InlineData("/up/../down")]
    [InlineData("/zero\0byte")]
    public void A_path_that_means_no_place_in_the_guest_is_refused(string path)
        => Assert.Equal(ExitStatus.Usage, Assert.Throws<LaunchException>(() => new Initramfs().AddContent(path, new byte[1])).ExitStatus);

    [Fact]
    public void A_path_longer_than_Linux_allows_is_refused()
        => Assert.Throws<LaunchException>(() => new Initramfs().AddDirectory("/" + string.Join('/', Enumerable.Repeat("0123456789", 400))));

    [Fact]
    public void A_file_cannot_be_where_a_directory_is_or_below_a_file()
    {
        var initramfs = new Initramfs();
        initramfs.AddContent("/a/b", new byte[1]);
        Assert.Throws<LaunchException>(() => initramfs.AddContent("/a", new byte[1]));
        Assert.Throws<LaunchException>(() => initramfs.AddContent("/a/b/c", new byte[1]));
        Assert.Throws<LaunchException>(() => initramfs.AddContent("/", new byte[1]));
    }

    [Theory]
    [InlineData("/no/such/file")]
    [InlineData("/dev/null")]
    public void What_is_no_file_of_the_host_is_refused(string path)
        => Assert.Equal(ExitStatus.NoInput, Assert.Throws<LaunchException>(() => new Initramfs().AddHost(path, "/x")).ExitStatus);

    private static byte[] Bytes(Initramfs initramfs)
    {
        using var stream = new MemoryStream();
        initramfs.Write(stream);
        return stream.ToArray();
    }

    /// <summary>A reader of "newc" that shares no code with the writer.</summary>
    private sealed record CpioRecord(string Name, uint Mode, byte[] Content)
    {
        internal bool IsFile => (Mode & 0xF000) == 0x8000;

        internal static List<CpioRecord> ReadAll(byte[] archive)
        {
            var records = new List<CpioRecord>();
            int at = 0;
            while (true)
            {
                Assert.Equal("070701", Encoding.ASCII.GetString(archive, at, 6));
                uint Field(int index) => uint.Parse(Encoding.ASCII.GetString(archive, at + 6 + (index * 8), 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                int size = (int)Field(6);
                int nameLength = (int)Field(11);
                string name = Encoding.UTF8.GetString(archive, at + 110, nameLength - 1);
                int content = (at + 110 + nameLength + 3) / 4 * 4;
                if (name == "TRAILER!!!")
                {
                    Assert.Equal((content + 4095) / 4096 * 4096, archive.Length);
                    Assert.All(archive[content..], padding => Assert.Equal(0, padding));
                    return records;
                }

                records.Add(new CpioRecord(name, Field(1), archive[content..(content + size)]));
                at = (content + size + 3) / 4 * 4;
            }
        }
    }
}
