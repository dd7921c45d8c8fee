using System.Diagnostics;
using System.Globalization;
using AzaleaOS.Build.Pipeline;
using AzaleaOS.Promotion;

namespace AzaleaOS.Tests.Programs.Running;

/// <summary>Counts the system calls that a promoted program makes, by a plugin of QEMU: Tests/Bench/Programs/calls.c.</summary>
internal sealed class CallCounter : IDisposable
{
    // Longer than any stub is.
    private const ulong StubBytes = 64;

    private readonly string _folder = Directory.CreateTempSubdirectory("azalea-calls-").FullName;

    internal CallCounter()
    {
        string source = Path.Combine(SourceTree.Root, "Tests", "Bench", "Programs", "calls.c");
        using Process compiler = Process.Start("/usr/bin/gcc", ["-O2", "-shared", "-fPIC", "-o", Plugin, source]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
    }

    private string Plugin => Path.Combine(_folder, "calls.so");

    private string Result => Path.Combine(_folder, "result");

    /// <summary>Runs a program on two cores.</summary>
    /// <returns>The calls by <c>syscall</c> and by a stub; what the plugin wrote.</returns>
    internal (long BySyscall, long Promoted, string Text) Count(string program, params string[] arguments)
    {
        PromotionSite[] promoted = [.. Promoter.Promote(File.ReadAllBytes(program)).Sites.Where(site => site.IsPromoted)];

        // Behind the program's own end there are relays and stubs only.
        string places = string.Create(CultureInfo.InvariantCulture, $"from={promoted.Min(site => site.Stub):x},to={promoted.Max(site => site.Stub) + (ulong)AzaleaOS.Abi.PromotionTable.Distance + StubBytes:x}");
        File.Delete(Result);
        new ProgramRun(program, arguments)
        {
            Files = ["Lua/library.lua"],
            ExtraArguments = ["-plugin", $"{Plugin},{places},result={Result}"],
        }.MustEqualLinux(cpus: 2);
        string text = File.ReadAllText(Result);
        string[] lines = text.Split('\n');
        return (Number(lines[0], "syscall "), Number(lines[1], "promoted "), text);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static long Number(string line, string name)
    {
        Assert.StartsWith(name, line, StringComparison.Ordinal);
        return long.Parse(line[name.Length..], CultureInfo.InvariantCulture);
    }
}
