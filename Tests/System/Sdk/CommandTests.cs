using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Machines.Sdk;

/// <summary>Somebody who installs the azalea command from the package, has gcc and no clone of the repository, and writes C.</summary>
/// <remarks>Names have spaces, which shells, gcc's descriptions, make and CMake would take for ends.</remarks>
[Collection(PackageCollection.Name)]
public sealed class CommandTests : IDisposable
{
    private static readonly string s_sources = Path.Combine(SourceTree.Root, "Tests", "Programs", "Sources", "Project");

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("azalea command-");
    private readonly Dictionary<string, string> _variables;

    public CommandTests(NewUser user)
    {
        File.WriteAllText(this["nuget.config"], $"""<configuration><packageSources><clear/><add key="packages" value="{user.Packages}"/></packageSources></configuration>""");
        DotNetProcess.Run(_home.FullName, ["tool", "install", "AzaleaOS.Sdk", "--tool-path", this["tools"], "--configfile", this["nuget.config"]]).Succeeds();
        _variables = new() { ["XDG_DATA_HOME"] = this["user data"], ["PKG_CONFIG_PATH"] = Path.Combine(Library, "lib", "pkgconfig") };
    }

    private string this[string name] => Path.Combine(_home.FullName, name);

    private string Library => Path.Combine(this["user data"], "azaleaos", "0.1.0", "c");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public void The_command_of_the_package_links_C_programs_and_make_and_CMake_find_it()
    {
        File.WriteAllText(this["hello.c"], """
            #include <azalea.h>
            #include <stdio.h>
            #include <unistd.h>

            int main(int count, char **words)
            {
                printf("%d %s\n", getpid(), count > 1 ? words[1] : "alone");
                return azalea_get_ticks() < 0 ? 1 : 5;
            }
            """);
        ToolResult compiled = Azalea("cc", "-O2", "hello.c", "-o", "hello").Succeeds();

        // The C library is in the package: nothing of it is compiled here, and its licence comes with it.
        Assert.Equal("", compiled.Output + compiled.Errors);
        Assert.Contains("MIT license", File.ReadAllText(Path.Combine(Library, "COPYRIGHT")), StringComparison.Ordinal);
        Assert.Equal((5, "2 alone\n"), Boot("hello"));
        ToolResult run = Azalea("run", "--no-input", "hello", "--", "together");
        Assert.Equal((5, "2 together\n"), (run.Status, run.Output));

        Azalea("cc", "--glibc", "-O2", "hello.c", "-o", "hello").Succeeds();
        Assert.Equal((5, "2 alone\n"), Boot("hello"));

        foreach (string name in (string[])["Makefile", "semaphore.c"])
            File.Copy(Path.Combine(s_sources, name), this[name]);
        Run("/usr/bin/make", $"CC='{Library}/azalea-cc'").Succeeds();
        Assert.Equal((9, "init 0\ntake 0\npost 0\n"), Boot("semaphore"));

        Run("/usr/bin/cmake", "-S", s_sources, "-B", "made", "-G", "Unix Makefiles", $"-DCMAKE_TOOLCHAIN_FILE={Library}/azalea.cmake").Succeeds();
        Run("/usr/bin/cmake", "--build", "made").Succeeds();
        Run("/usr/bin/ctest", "--test-dir", "made", "--output-on-failure").Succeeds();
    }

    [Fact]
    public void The_package_names_everybody_whose_code_is_in_it()
    {
        string package = Path.GetDirectoryName(Directory.GetFiles(this["tools"], "THIRD-PARTY-NOTICES.txt", SearchOption.AllDirectories).Single())!;
        string notices = File.ReadAllText(Path.Combine(package, "THIRD-PARTY-NOTICES.txt"));
        string[] others = [.. Directory.GetFiles(Path.Combine(package, "tools", "net10.0", "any"), "*.dll").Select(file => Path.GetFileName(file)!)
            .Where(name => name != "azalea.dll" && !name.StartsWith("AzaleaOS.", StringComparison.Ordinal))];
        Assert.NotEmpty(others);
        Assert.All(others, name => Assert.Contains(notices.Split('\n'), line => line.Length > 0 && name.StartsWith(line + ".", StringComparison.Ordinal)));
        Assert.Contains("musl/COPYRIGHT", notices, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(package, "musl", "COPYRIGHT")));
    }

    private ToolResult Azalea(params string[] words) => Run(Path.Combine(this["tools"], "azalea"), words);

    private ToolResult Run(string program, params string[] words) => DotNetProcess.Run(_home.FullName, program, words, _variables);

    private (int Status, string Output) Boot(string image)
    {
        MachineResult result = Machine.Run(new MachineDescription { Kernel = this[image], Timeout = TimeSpan.FromMinutes(2) });
        return (result.Status, result.Output);
    }
}
