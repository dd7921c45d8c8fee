using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Reports;
using AzaleaOS.Memory;
using AzaleaOS.Syscalls;
using AzaleaOS.Tests.Unit.Applications;

namespace AzaleaOS.Tests.Unit.Files;

/// <summary>Directories that are found by the beginning of a path: never those that are not there any more.</summary>
[Collection(nameof(ApplicationTests))]
public sealed unsafe class RecentDirectoryTests : IDisposable
{
    private const string One = "/outside/one";
    private const string Two = "/outside/two";

    private readonly HostApplication _host = new();
    private readonly ulong _from = HostApplication.Room(4096);
    private readonly ulong _to = HostApplication.Room(4096);

    public RecentDirectoryTests()
    {
        Assert.True(ReportDirectory.Populate());
        Assert.Equal(0, Call(&Names.MakeDirectory, "/outside"));
        foreach (string directory in (string[])[One, Two])
        {
            Assert.Equal(0, Call(&Names.MakeDirectory, directory));
            Assert.Equal(0, Call(&Names.MakeDirectory, directory + "/inside"));
            Make(directory + "/inside/file");
            Assert.NotEqual(0ul, Number(directory + "/inside/file"));
        }

        Assert.NotEqual(Number(One + "/inside/file"), Number(Two + "/inside/file"));
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_path_leads_to_the_directory_that_it_led_to()
    {
        ulong number = Number(One + "/inside/file");
        Assert.NotEqual(0, Known(One + "/inside/other"));
        Assert.Equal(number, Number(One + "/inside/file"));
        Assert.Equal(number, Number(One + "/inside/../inside/./file"));
        Assert.Equal(number, Number(One + "//inside/file"));
        Assert.Equal(-Errno.ENOENT, Find(One + "/inside/other"));
        Assert.Equal(-Errno.ENOTDIR, Find(One + "/inside/file/"));
        Assert.Equal(-Errno.ENOTDIR, Find(One + "/inside/file/other"));
        Assert.Equal(0, Find(One + "/inside/"));
        Assert.Equal(0, Find(One + "/inside/."));
        Assert.Equal(0, Find(One + "/inside/.."));
    }

    [Fact]
    public void A_renamed_directory_is_not_found_by_its_old_name()
    {
        Assert.Equal(0, Rename(One, "/outside/three", 0));
        Assert.Equal(-Errno.ENOENT, Find(One + "/inside/file"));
        Assert.Equal(0, Find("/outside/three/inside/file"));
    }

    [Fact]
    public void Exchanged_directories_are_found_by_each_others_name()
    {
        ulong one = Number(One + "/inside/file");
        ulong two = Number(Two + "/inside/file");
        Assert.Equal(0, Rename(One, Two, TreeChanges.Exchange));
        Assert.Equal(two, Number(One + "/inside/file"));
        Assert.Equal(one, Number(Two + "/inside/file"));
    }

    [Fact]
    public void A_removed_directory_is_gone_and_a_new_one_of_its_name_is_found()
    {
        Assert.Equal(0, Call(&Names.Unlink, One + "/inside/file"));
        Assert.Equal(-Errno.ENOENT, Find(One + "/inside/file"));
        Assert.Equal(0, Call(&Names.RemoveDirectory, One + "/inside"));
        Assert.Equal(-Errno.ENOENT, Find(One + "/inside/file"));
        Assert.Equal(0, Call(&Names.MakeDirectory, One + "/inside"));
        Make(One + "/inside/file");
        Assert.Equal(0, Find(One + "/inside/file"));
    }

    [Fact]
    public void A_path_through_a_link_of_a_program_is_followed_again()
    {
        Assert.Equal(0, Link(One, "/outside/link"));
        ulong one = Number(One + "/inside/file");
        Assert.Equal(one, Number("/outside/link/inside/file"));
        Assert.Equal(one, Number("/outside/link/inside/file"));
        Assert.InRange(Known("/outside/link/inside/file"), 0, "/outside".Length);
        Assert.Equal(0, Call(&Names.Unlink, "/outside/link"));
        Assert.Equal(0, Link(Two, "/outside/link"));
        Assert.Equal(Number(Two + "/inside/file"), Number("/outside/link/inside/file"));
    }

    [Fact]
    public void What_the_kernel_reports_of_the_process_is_found_and_what_it_reports_of_a_thread_looked_for()
    {
        Assert.Equal(0, Find("/proc/self/stat"));
        Assert.Equal("/proc/self".Length, Known("/proc/self/maps"));
        Assert.Equal(0, Find("/proc/2/task/2/stat"));
        Assert.Equal(0, Known("/proc/2/task/2/stat"));
        Assert.Equal(0, Find("/proc/2/task/2/fd/"));
        Assert.Equal(-Errno.ENOENT, Find("/proc/2/task/2/fd/77"));
        Assert.Equal(0, Known("/proc/2/task/2/fd/77"));
        Assert.Equal(-Errno.ENOENT, Find("/proc/thread-self/nothing"));
        Assert.Equal(0, Known("/proc/thread-self/nothing"));
    }

    [Fact]
    public void Another_root_has_other_directories()
    {
        Assert.Equal(0, Call(&Names.MakeDirectory, One + "/outside"));
        Assert.Equal(0, Call(&Names.MakeDirectory, One + "/outside/two"));
        Assert.NotEqual(0, Known(Two + "/inside/file") + Known(Two + "/inside/other"));
        Assert.Equal(0, Call(&Directories.ChangeRoot, One));
        Assert.Equal(-Errno.ENOENT, Find(Two + "/inside/file"));
    }

    // How much of a path is known.
    private static int Known(string path)
    {
        fixed (byte* first = System.Text.Encoding.ASCII.GetBytes(path))
            return RecentDirectories.Find(Process.Root, first, path.Length, out _, out _);
    }

    private static void Write(ulong place, string text) => System.Text.Encoding.ASCII.GetBytes(text + "\0").CopyTo(HostApplication.At(place, text.Length + 1));

    private long Find(string path)
    {
        Write(_from, path);
        return Attributes.Status(_from, new UserPointer<Stat>(_to));
    }

    private ulong Number(string path) => Find(path) == 0 ? ((Stat*)_to)->Inode : 0;

    private void Make(string path)
    {
        Write(_from, path);
        long file = Opening.Open(_from, OpenFlags.Create | OpenFlags.WriteOnly, 0x1a4);
        Assert.InRange(file, 0, int.MaxValue);
        Assert.Equal(0, Opening.Close((int)file));
    }

    private long Rename(string from, string to, uint flags)
    {
        Write(_from, from);
        Write(_to, to);
        return Names.RenameAt(AtFlags.WorkingDirectory, _from, AtFlags.WorkingDirectory, _to, flags);
    }

    private long Link(string target, string path)
    {
        Write(_from, target);
        Write(_to, path);
        return Names.MakeSymbolicLink(_from, _to);
    }

    private long Call(delegate*<ulong, long> call, string path)
    {
        Write(_from, path);
        return call(_from);
    }

    private long Call(delegate*<ulong, uint, long> call, string path)
    {
        Write(_from, path);
        return call(_from, 0x1ed);
    }
}
