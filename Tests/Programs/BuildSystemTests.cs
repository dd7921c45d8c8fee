using System.Diagnostics;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;
using AzaleaOS.Tests.Programs.Building;

namespace AzaleaOS.Tests.Programs;

/// <summary>Projects that know nothing of <c>azalea cc</c>: CMake, make and pkg-config find it by what a user gives them.</summary>
public sealed class BuildSystemTests : IDisposable
{
    private const string CMake = "/usr/bin/cmake";
    private static readonly string s_source = Path.Combine(ProgramRecipe.SourcesRoot, "Project");
    private static readonly string s_library = Path.Combine(SourceTree.Root, "artifacts", "c");
    private static readonly string[] s_words = ["word", "sword", "two words", "throw"];

    private readonly BuildFolder _folder = new(Directory.CreateTempSubdirectory("azalea-project-").FullName);

    /// <summary>Has the C library made, if it is not there.</summary>
    public BuildSystemTests() => _folder.Run(DotNet.Host, LinkedProgram.Command, "cc", "-dumpversion");

    public void Dispose() => Directory.Delete(_folder.Path, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("-DWITH_CPP=ON", "-DAZALEA_GLIBC=ON")]
    public void A_project_of_CMake_builds_passes_its_tests_in_a_guest_and_boots(params string[] options)
    {
        string[] given = [.. options.Where(option => option.Length > 0)];
        _folder.Run(CMake, ["-S", s_source, "-B", "linux", "-G", "Unix Makefiles", "-DCMAKE_EXE_LINKER_FLAGS=-static", .. given.Where(option => !option.Contains("GLIBC", StringComparison.Ordinal))]);
        _folder.Run(CMake, "--build", "linux");
        _folder.Run(CMake, ["-S", s_source, "-B", "here", "-G", "Unix Makefiles", $"-DCMAKE_TOOLCHAIN_FILE={s_library}/azalea.cmake", .. given]);
        _folder.Run(CMake, "--build", "here");
        _folder.RunIn("here", "/usr/bin/ctest", "--output-on-failure");

        using Process linux = Process.Start(new ProcessStartInfo(_folder["linux/words"], s_words) { RedirectStandardOutput = true })!;
        string expected = linux.StandardOutput.ReadToEnd();
        linux.WaitForExit();
        MachineResult result = Machine.Run(new MachineDescription { Kernel = _folder["here/words"], CommandLine = ["--", "/words", .. s_words], Cpus = 2 });
        Assert.Equal((expected, linux.ExitCode), (result.Output, result.Status));
        Assert.StartsWith("mman 1, memmem 1, another 0, atomics 1, off_t 8\n", expected, StringComparison.Ordinal);
        Assert.Equal(s_words.Length + 1, linux.ExitCode);
    }

    [Fact]
    public void Make_finds_the_compiler_by_CC_and_azalea_h_by_pkg_config()
    {
        foreach (string name in (string[])["Makefile", "semaphore.c"])
            File.Copy(Path.Combine(s_source, name), _folder[name]);
        _folder.Run("/usr/bin/env", $"PKG_CONFIG_PATH={s_library}/lib/pkgconfig", "/usr/bin/make", $"CC={s_library}/azalea-cc");
        MachineResult result = Machine.Run(new MachineDescription { Kernel = _folder["semaphore"] });
        Assert.Equal(("init 0\ntake 0\npost 0\n", 9), (result.Output, result.Status));
    }
}
