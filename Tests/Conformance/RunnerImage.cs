[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace AzaleaOS.Tests.Conformance;

/// <summary>The image that runs any program, and others that are built with this test project.</summary>
internal static class RunnerImage
{
    /// <summary>The kernel ELF.</summary>
    internal static string Path { get; } = Find("UserApps/Runner", "Runner.elf");

    /// <summary>What a project has built.</summary>
    /// <param name="folder">Of the project, below the repository.</param>
    /// <param name="name">The file.</param>
    internal static string Find(string folder, string name)
    {
        // bin/CONFIGURATION/FRAMEWORK of this project; the image's project has the same below its own folder.
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        string configuration = framework.Parent!.Name;
        string repository = framework.Parent.Parent!.Parent!.Parent!.Parent!.FullName;
        string path = System.IO.Path.Combine(repository, folder, "bin", configuration, framework.Name, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{folder} was not built", path);
    }
}
