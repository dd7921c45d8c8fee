using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Tests.Unit.Documents;

/// <summary>docs/syscalls.md says what the kernel's attributes say. <c>AZALEA_WRITE_DOCS=1</c> writes it.</summary>
public sealed class SyscallPageTests
{
    [Fact]
    public void The_page_of_system_calls_is_what_the_attributes_say()
    {
        string expected = SyscallPage.Write();
        if (Environment.GetEnvironmentVariable("AZALEA_WRITE_DOCS") == "1")
            File.WriteAllText(SyscallPage.Path, expected);
        Assert.Equal(expected, File.ReadAllText(SyscallPage.Path));
    }

    [Fact]
    public void The_names_go_on_to_the_newest_number()
    {
        Assert.Equal("file_setattr"u8, SyscallNames.Find(469, out _));
        Assert.True(SyscallNames.Find(470, out _).IsEmpty);
    }
}
