using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Unit.Pipeline;

public sealed class ApplicationRequestTests
{
    private static readonly string[] s_smallest =
    [
        "Name=Hello", "Program=/p/publish/Hello", "Elf=/p/Hello.elf", "Kernel=/k/Runner.elf", "Initramfs=/p/Hello.cpio", "WorkingDirectory=/data",
    ];

    [Fact]
    public void The_command_line_has_options_environment_directory_and_program()
    {
        ApplicationRequest request = Parse([.. s_smallest, "Options=verbose pages=eager", "Arguments=one \"two words\"", "Environment=A=1=2"]);

        Assert.Equal(["verbose", "pages=eager", "env=A=1=2", "cwd=/data", "--", "/app/Hello", "one", "two words"], request.CommandLine(request.Arguments));
        Assert.Equal("mine", request.CommandLine(["mine"])[^1]);
    }

    [Theory]
    [InlineData("WorkingDirectory=data", "starts with /")]
    [InlineData("Environment=LANG", "NAME=VALUE")]
    [InlineData("Environment==x", "NAME=VALUE")]
    public void A_property_that_makes_no_sense_is_named(string line, string message)
    {
        BuildException error = Assert.Throws<BuildException>(() => Parse([.. s_smallest, line]));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal("AZ7943", Assert.Single(error.Diagnostics).Code);
    }

    [Fact]
    public void Native_libraries_that_are_not_linked_are_found_once_each()
    {
        string tests = typeof(ApplicationRequestTests).Assembly.Location;
        IReadOnlyList<NativeImports.Import> found = NativeImports.Find([tests, "/bin/sh"], []);
        NativeImports.Import sample = Assert.Single(found, import => import.Library == "libsample.so.3");
        Assert.Equal((tests, "AzaleaOS.Tests.Unit.Pipeline.ApplicationRequestTests/Sample.First"), (sample.Assembly, sample.Method));
        Assert.DoesNotContain(NativeImports.Find([tests], ["sample!First"]), import => import.Library == "libsample.so.3");
    }

    private static ApplicationRequest Parse(string[] lines) => ApplicationRequest.Parse(lines, "image.txt");

    private static class Sample
    {
        [System.Runtime.InteropServices.DllImport("libsample.so.3")]
        [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
        internal static extern void First();

        [System.Runtime.InteropServices.DllImport("sample")]
        [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
        internal static extern void Second();
    }
}
