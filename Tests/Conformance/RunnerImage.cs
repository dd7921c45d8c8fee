[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace AzaleaOS.Tests.Conformance;

/// <summary>The image that runs any program, built with this test project.</summary>
internal static class RunnerImage
{
    /// <summary>The kernel ELF.</summary>
    internal static string Path { get; } = Find();

    private static string Find()
    {
        // bin/CONFIGURATION/FRAMEWORK of this project; the image's project has the same below its own folder.
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        string configuration = framework.Parent!.Name;
        string repository = framework.Parent.Parent!.Parent!.Parent!.Parent!.FullName;
        string path = System.IO.Path.Combine(repository, "UserApps", "Runner", "bin", configuration, framework.Name, "Runner.elf");
        return File.Exists(path) ? path : throw new FileNotFoundException("the Runner image was not built", path);
    }
}
