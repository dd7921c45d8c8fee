using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Tests.Unit.Structures;

public sealed class LinuxStructureTests
{
    // Sizes as the C compiler gives them for Linux's own headers on x86-64.
    [Theory]
    [InlineData(typeof(Stat), 144)]
    [InlineData(typeof(Statx), 256)]
    [InlineData(typeof(StatxTimestamp), 16)]
    [InlineData(typeof(Timespec), 16)]
    [InlineData(typeof(Timeval), 16)]
    [InlineData(typeof(UtsName), 390)]
    [InlineData(typeof(IoVector), 16)]
    [InlineData(typeof(WindowSize), 8)]
    [InlineData(typeof(TerminalSettings), 44)]
    [InlineData(typeof(ResourceLimit), 16)]
    [InlineData(typeof(ResourceUsage), 144)]
    [InlineData(typeof(ProcessTimes), 32)]
    [InlineData(typeof(SystemInformation), 112)]
    [InlineData(typeof(FileSystemStatus), 120)]
    [InlineData(typeof(SignalAction), 32)]
    [InlineData(typeof(SignalStack), 24)]
    [InlineData(typeof(DirectoryRecord), 24)]
    [InlineData(typeof(ElfHeader), 64)]
    [InlineData(typeof(ElfProgramHeader), 56)]
    public void A_structure_has_the_size_that_Linux_gives_it(Type structure, int size)
        => Assert.Equal(size, (int)typeof(LinuxStructureTests).GetMethod(nameof(SizeOf), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(structure).Invoke(null, null)!);

    [Theory]
    [InlineData(typeof(Stat), nameof(Stat.Mode), 24)]
    [InlineData(typeof(Stat), nameof(Stat.SpecialDevice), 40)]
    [InlineData(typeof(Stat), nameof(Stat.Size), 48)]
    [InlineData(typeof(Stat), nameof(Stat.Modified), 88)]
    [InlineData(typeof(Statx), nameof(Statx.Mode), 28)]
    [InlineData(typeof(Statx), nameof(Statx.Inode), 32)]
    [InlineData(typeof(Statx), nameof(Statx.Modified), 112)]
    [InlineData(typeof(Statx), nameof(Statx.DeviceMinor), 140)]
    [InlineData(typeof(UtsName), nameof(UtsName.Machine), 260)]
    [InlineData(typeof(DirectoryRecord), nameof(DirectoryRecord.Kind), 18)]
    [InlineData(typeof(SystemInformation), nameof(SystemInformation.Processes), 80)]
    [InlineData(typeof(SystemInformation), nameof(SystemInformation.Unit), 104)]
    [InlineData(typeof(FileSystemStatus), nameof(FileSystemStatus.NameLength), 64)]
    [InlineData(typeof(SignalAction), nameof(SignalAction.Mask), 24)]
    [InlineData(typeof(SignalStack), nameof(SignalStack.Size), 16)]
    [InlineData(typeof(ResourceUsage), nameof(ResourceUsage.MinorFaults), 64)]
    [InlineData(typeof(ElfHeader), nameof(ElfHeader.Entry), 24)]
    [InlineData(typeof(ElfHeader), nameof(ElfHeader.ProgramHeaderCount), 56)]
    [InlineData(typeof(ElfProgramHeader), nameof(ElfProgramHeader.MemorySize), 40)]
    public void A_field_is_where_Linux_has_it(Type structure, string field, int offset)
        => Assert.Equal(offset, structure.GetField(field)!.GetCustomAttribute<FieldOffsetAttribute>()!.Value);

    [Fact]
    public unsafe void The_control_characters_of_a_terminal_are_where_Linux_has_them()
    {
        TerminalSettings settings = default;
        Assert.Equal(17, (int)(settings.Characters - (byte*)&settings));
    }

    [Theory]
    [InlineData(0, "read", "fpu")]
    [InlineData(1, "write", "fbu")]
    [InlineData(39, "getpid", "")]
    [InlineData(231, "exit_group", "d")]
    [InlineData(334, "rseq", "pudx")]
    [InlineData(424, "pidfd_send_signal", "xxxxxx")]
    [InlineData(439, "faccessat2", "fsxx")]
    [InlineData(462, "mseal", "xxxxxx")]
    [InlineData(335, "", "xxxxxx")]
    [InlineData(423, "", "xxxxxx")]
    [InlineData(480, "", "xxxxxx")]
    [InlineData(0xfff, "", "xxxxxx")]
    [InlineData(0x1000, "sem_init", "pu")]
    [InlineData(0x1005, "sem_cancelablewait", "pu")]
    [InlineData(0x100a, "yield", "")]
    [InlineData(0x100b, "", "xxxxxx")]
    [InlineData(ulong.MaxValue, "", "xxxxxx")]
    public void A_system_call_has_the_name_and_arguments_of_Linux(ulong number, string name, string arguments)
    {
        Assert.Equal(name, Encoding.UTF8.GetString(SyscallNames.Find(number, out ReadOnlySpan<byte> kinds)));
        Assert.Equal(arguments, Encoding.UTF8.GetString(kinds));
    }

    [Fact]
    public void Every_name_in_the_headers_of_this_host_is_known()
    {
        const string Header = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h";
        foreach (string line in File.Exists(Header) ? File.ReadAllLines(Header) : [])
        {
            string[] words = line.Split(' ');
            if (words is ["#define", _, _] && words[1].StartsWith("__NR_", StringComparison.Ordinal))
                Assert.Equal(words[1][5..], Encoding.UTF8.GetString(SyscallNames.Find(ulong.Parse(words[2]), out _)));
        }
    }

    [Fact]
    public void Every_error_has_its_name()
    {
        foreach (Errno error in Enum.GetValues<Errno>())
            Assert.Equal(error.ToString(), Encoding.UTF8.GetString(ErrnoNames.Find((int)error)));
        Assert.Equal("E?", Encoding.UTF8.GetString(ErrnoNames.Find(41)));
        Assert.Equal("E?", Encoding.UTF8.GetString(ErrnoNames.Find(4000)));
        Assert.Equal(-2, -Errno.ENOENT);
    }

    private static unsafe int SizeOf<T>()
        where T : unmanaged
        => sizeof(T);
}
