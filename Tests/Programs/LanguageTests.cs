using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>Programs on the libraries and runtimes of other languages.</summary>
public sealed class LanguageTests
{
    public static OnCores CppEndings { get; } = new("", "uncaught");

    public static OnCores GoWords { get; } = new("hello", "goroutines", "timers", "gc", "files", "faults", "panic", "deadlock", "exit");

    public static OnCores RustWords { get; } = new("threads", "channels", "files", "panics", "abort", "exit");

    [Theory]
    [MemberData(nameof(CppEndings))]
    public void A_program_on_the_library_of_Cpp_does_as_on_Linux(string ending, int cpus)
        => new ProgramRun(ProgramStore.Find("cpp"), ending.Split(' ', StringSplitOptions.RemoveEmptyEntries)).MustEqualLinux(cpus);

    [Theory]
    [MemberData(nameof(GoWords))]
    public void A_Go_program_does_as_on_Linux(string word, int cpus)
        => new ProgramRun(ProgramStore.Find("go"), word).MustEqualLinux(cpus);

    [Theory]
    [MemberData(nameof(RustWords))]
    public void A_Rust_program_does_as_on_Linux(string word, int cpus)
        => new ProgramRun(ProgramStore.Find("rust"), word).MustEqualLinux(cpus);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void The_libraries_of_Lua_do_as_on_Linux(int cpus)
        => new ProgramRun(ProgramStore.Find("lua"), "library.lua") { Files = ["Lua/library.lua"] }.MustEqualLinux(cpus);
}
