using System.Text;
using AzaleaOS.Build.Elf;

namespace AzaleaOS.Tests.Machines.Sdk;

/// <summary>What a user gets who imports one file into a C# project.</summary>
public sealed class KernelProjectTests(BuiltProject built) : IClassFixture<BuiltProject>
{
    private KernelProject Project => built.Project;

    [Theory]
    [InlineData("Hello.elf")]
    [InlineData("Hello.map")]
    [InlineData("Hello.iso")]
    public void A_build_leaves_kernel_map_and_disc_in_bin(string name) =>
        Assert.True(new FileInfo(Project.Output(name)).Length > 0);

    [Fact]
    public void Dotnet_run_boots_the_kernel_and_ends_with_its_status()
    {
        ToolResult result = Project.Dotnet("run", "-c", "Release", "--no-build");

        Assert.Equal("booted\nrunning\nrunning\nrunning\ndone\n", result.Output);
        Assert.Equal(7, result.Status);
    }

    [Fact]
    public void A_second_build_runs_no_tool()
    {
        DateTime stamp = File.GetLastWriteTimeUtc(Project.Intermediate("image.stamp"));

        ToolResult result = Project.Build("-v", "n").Succeeds();

        Assert.DoesNotContain("build-image", result.Output, StringComparison.Ordinal);
        Assert.Equal(stamp, File.GetLastWriteTimeUtc(Project.Intermediate("image.stamp")));
    }

    [Fact]
    public void A_changed_method_makes_another_kernel_of_the_same_class_library()
    {
        using KernelProject project = new(BuiltProject.Kernel, "<TargetFramework>net10.0</TargetFramework><Deployment>PVH</Deployment>");
        project.Build().Succeeds();
        DateTime library = File.GetLastWriteTimeUtc(project.Intermediate("woven/System.Private.CoreLib.dll"));
        byte[] kernel = File.ReadAllBytes(project.Output("Hello.elf"));
        project.Write("Kernel.cs", BuiltProject.Kernel.Replace("booted", "started", StringComparison.Ordinal));

        project.Build().Succeeds();

        Assert.NotEqual(kernel, File.ReadAllBytes(project.Output("Hello.elf")));
        Assert.Equal(library, File.GetLastWriteTimeUtc(project.Intermediate("woven/System.Private.CoreLib.dll")));
        Assert.False(File.Exists(project.Output("Hello.iso")));
    }

    [Fact]
    public void Files_below_isoFiles_are_in_the_file_system_of_the_image()
    {
        string archive = Encoding.Latin1.GetString(File.ReadAllBytes(Project.Output("Hello.cpio")));

        Assert.Contains("etc/motd\0", archive, StringComparison.Ordinal);
        Assert.Contains("welcome", archive, StringComparison.Ordinal);
    }

    [Fact]
    public void An_allocation_in_the_kernel_is_an_error_with_file_and_line()
    {
        using KernelProject project = new(
            """
            namespace Hello;

            public class Kernel : AzaleaOS.Kernel
            {
                private static object? s_last;

                protected override void Run() => s_last = new object();
            }
            """);

        ToolResult result = project.Build();

        Assert.NotEqual(0, result.Status);
        Assert.Contains($"{project["Kernel.cs"]}(7): error AZ2101:", result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(project.Output("Hello.elf")));
    }

    [Fact]
    public void A_project_without_a_kernel_class_is_told_what_one_looks_like()
    {
        using KernelProject project = new("namespace Hello; public class Other;");

        ToolResult result = project.Build();

        Assert.NotEqual(0, result.Status);
        Assert.Contains("error AZ1901:", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<Deployment>USB</Deployment>", "AZ7901")]
    [InlineData("<BinFormat>Bin</BinFormat>", "AZ7902")]
    [InlineData("<Launch>HyperV</Launch>", "AZ7903")]
    [InlineData("<Launch>Bochs</Launch><Deployment>PVH</Deployment>", "AZ7904")]
    [InlineData("<Profile>Slave</Profile>", "AZ7905")]
    [InlineData("<CompressionType>Gzip</CompressionType>", "AZ7909")]
    [InlineData("<DebugEnabled>Source</DebugEnabled>", "AZ7910")]
    public void A_property_with_an_unknown_value_is_an_error(string settings, string code)
    {
        using KernelProject project = new(BuiltProject.Kernel, "<TargetFramework>net10.0</TargetFramework>" + settings);

        ToolResult result = project.Build();

        Assert.NotEqual(0, result.Status);
        Assert.Contains($"error {code}:", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void With_debugging_the_kernel_prints_its_boot_log_and_lies_in_memory_as_gdb_knows_it()
    {
        using KernelProject project = new(BuiltProject.Kernel, "<TargetFramework>net10.0</TargetFramework><Deployment>ISO</Deployment><DebugEnabled>true</DebugEnabled>");
        project.Build().Succeeds();

        ToolResult result = project.Dotnet("run", "-c", "Release", "--no-build");

        Assert.Equal((7, "booted\nrunning\nrunning\nrunning\ndone\n"), (result.Status, result.Output));
        Assert.Contains("AzaleaOS: entered by multiboot2", result.Errors, StringComparison.Ordinal);
        Assert.Equal(Text("Hello.elf"), Text("Hello.stripped.elf"));

        byte[] Text(string file)
        {
            ElfFile elf = ElfFile.Open(project.Output(file));
            ElfSegment code = elf.Segments.First(segment => segment.Type == ElfSegmentType.Load && segment.Attributes.HasFlag(ElfSegmentAttributes.Execute));
            return File.ReadAllBytes(project.Output(file)).AsSpan((int)code.Offset, (int)code.FileSize).ToArray();
        }
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("<AzaleaWindow>true</AzaleaWindow>", true)]
    public void A_property_shows_the_screen_of_Bochs(string settings, bool shown)
    {
        using KernelProject project = new(BuiltProject.Kernel, "<TargetFramework>net10.0</TargetFramework><Launch>Bochs</Launch>" + settings);

        string arguments = project.Dotnet("msbuild", "-restore", "-t:AzaleaRunArguments", "-getProperty:RunArguments", "-p:Configuration=Release", "-p:BuildProjectReferences=false").Succeeds().Output;

        Assert.Contains("--machine bochs", arguments, StringComparison.Ordinal);
        Assert.Equal(shown, arguments.Contains("--window", StringComparison.Ordinal));
    }

    [Fact]
    public void Dotnet_clean_takes_away_what_the_build_made()
    {
        using KernelProject project = new(BuiltProject.Kernel, sdkStyle: true);
        project.Build().Succeeds();
        Assert.True(File.Exists(project.Output("Hello.elf")));

        project.Dotnet("clean", "-c", "Release", "--nologo", "-p:BuildProjectReferences=false").Succeeds();

        Assert.Empty(Directory.GetFiles(project["bin"], "Hello.*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(project.Intermediate("")));
    }

    [Fact]
    public void The_kernel_class_of_several_is_chosen_by_a_property()
    {
        using KernelProject project = new(
            BuiltProject.Kernel + "public class Second : AzaleaOS.Kernel { protected override void Run() { Print(\"second\\n\"u8); Stop(3); } }",
            "<TargetFramework>net10.0</TargetFramework><Profile>PVH</Profile><AzaleaKernelClass>Hello.Second</AzaleaKernelClass>");
        project.Build().Succeeds();

        ToolResult result = project.Dotnet("run", "-c", "Release", "--no-build");

        Assert.Equal("second\n", result.Output);
        Assert.Equal(3, result.Status);
    }
}
