using System.Collections.Concurrent;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Programs.Building;

/// <summary>An application of UserApps, built as its user builds it.</summary>
internal static class UserApp
{
    private static readonly ConcurrentDictionary<string, Lazy<string>> s_built = new();

    /// <summary>The static executable of an application; its disc lies beside it.</summary>
    internal static string Find(string name) => s_built.GetOrAdd(name, static name => new Lazy<string>(() => Build(name))).Value;

    /// <summary>Compiles a C program of UserApps, beside the tests.</summary>
    internal static string Compile(string source) => s_built.GetOrAdd(source, static source => new Lazy<string>(() => Link(source))).Value;

    private static string Link(string source)
    {
        string program = Path.Combine(AppContext.BaseDirectory, Path.ChangeExtension(source, null));
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        new BuildFolder(Path.Combine(SourceTree.Root, "UserApps")).Run("/usr/bin/gcc", "-O2", "-static", "-pthread", "-o", program, source);
        return program;
    }

    private static string Build(string name)
    {
        string folder = Path.Combine(SourceTree.Root, "UserApps", name);
        new BuildFolder(folder).Run(DotNet.Host, "build", name + ".csproj", "-c", SourceTree.Configuration, "--nologo", "-v", "quiet", "-p:BuildProjectReferences=false");
        return Path.Combine(folder, "bin", SourceTree.Configuration, "net10.0", name + ".elf");
    }
}
