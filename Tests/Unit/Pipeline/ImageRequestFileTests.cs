using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Unit.Pipeline;

public sealed class ImageRequestFileTests
{
    private static readonly string[] s_smallest =
    [
        "Name=Hello", "Assembly=/p/Hello.dll", "KernelAssembly=/p/AzaleaOS.dll", "IlcPackage=/n/ilc", "RuntimePackage=/n/runtime",
        "Intermediate=/p/obj", "Shared=/p/shared", "Elf=/p/Hello.elf", "Map=/p/Hello.map", "StrippedElf=/p/Hello.stripped.elf",
        "Initramfs=/p/Hello.cpio",
    ];

    [Fact]
    public void Lists_repeat_their_key_and_keep_their_order()
    {
        ImageRequest request = Parse([.. s_smallest, "Plugs=/p/AzaleaOS.Plugs.dll", "Plugs=/p/My Plugs.dll", "File=/etc/motd|/p/isoFiles/etc/motd"]);

        Assert.Equal(["/p/AzaleaOS.Plugs.dll", "/p/My Plugs.dll"], request.Plugs);
        Assert.Equal([new ImageFile("/p/isoFiles/etc/motd", "/etc/motd")], request.Files);
    }

    [Fact]
    public void A_value_may_hold_equals_signs_and_an_empty_one_counts_as_none()
    {
        ImageRequest request = Parse([.. s_smallest, "CommandLine=env=HOME=/ -- /bin/sh", "KernelClass=", "Iso="]);

        Assert.Equal("env=HOME=/ -- /bin/sh", request.CommandLine);
        Assert.Null(request.KernelClass);
        Assert.Null(request.Iso);
    }

    [Fact]
    public void A_key_that_the_tool_does_not_know_is_an_error_with_its_line()
    {
        BuildException failure = Assert.Throws<BuildException>(() => Parse([.. s_smallest, "Colour=blue"]));

        Assert.Equal(12, Assert.Single(failure.Diagnostics).Line);
        Assert.Contains("Colour", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PathMap=/azalea/")]
    [InlineData("File=/etc/motd")]
    [InlineData("no pair")]
    public void A_value_that_makes_no_sense_is_an_error(string line) =>
        Assert.Throws<BuildException>(() => Parse([.. s_smallest, line]));

    [Fact]
    public void Every_key_that_is_needed_is_asked_for_by_name()
    {
        for (int i = 0; i < s_smallest.Length; i++)
        {
            string[] rest = [.. s_smallest[..i], .. s_smallest[(i + 1)..]];
            BuildException failure = Assert.Throws<BuildException>(() => Parse(rest));
            Assert.Contains(s_smallest[i].Split('=')[0], failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_is_missing_is_an_error_of_the_build() =>
        Assert.Throws<BuildException>(() => ImageRequestFile.Read("/nowhere/image.txt"));

    private static ImageRequest Parse(string[] lines) => ImageRequestFile.Parse(lines, "image.txt");
}
