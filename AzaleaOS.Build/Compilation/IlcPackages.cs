using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Compilation;

/// <summary>The official compiler and its class library, as NuGet restored them.</summary>
public sealed record IlcPackages
{
    private const string CompilerPackage = "runtime.linux-x64.microsoft.dotnet.ilcompiler";
    private const string RuntimePackage = "microsoft.netcore.app.runtime.nativeaot.linux-x64";

    private IlcPackages(string compiler, string coreLibrary, string facades, string version)
    {
        Compiler = compiler;
        CoreLibrary = coreLibrary;
        Facades = facades;
        Version = version;
    }

    /// <summary>The ilc executable.</summary>
    public string Compiler { get; }

    /// <summary>System.Private.CoreLib.dll as it comes, not woven.</summary>
    public string CoreLibrary { get; }

    /// <summary>The folder of System.Runtime.dll and the other assemblies that a C# project refers to.</summary>
    public string Facades { get; }

    /// <summary>The version of both packages.</summary>
    public string Version { get; }

    /// <summary>Finds both packages.</summary>
    /// <param name="version">Their version, "10.0.12".</param>
    /// <param name="packagesFolder">NuGet's folder, where the caller knows it; else NUGET_PACKAGES, else ~/.nuget/packages.</param>
    /// <exception cref="BuildException">AZ2000: one is not there.</exception>
    public static IlcPackages Locate(string version, string? packagesFolder = null)
    {
        string[] folders = packagesFolder is not null ? [packagesFolder] : DefaultFolders();
        string? executable = Find(folders, CompilerPackage, version, Path.Combine("tools", "ilc"));
        string? coreLibrary = Find(folders, RuntimePackage, version,
            Path.Combine("runtimes", "linux-x64", "native", "System.Private.CoreLib.dll"));
        string? facade = Find(folders, RuntimePackage, version,
            Path.Combine("runtimes", "linux-x64", "lib", $"net{version.Split('.')[0]}.0", "System.Runtime.dll"));
        if (executable is not null && coreLibrary is not null && facade is not null)
            return new IlcPackages(executable, coreLibrary, Path.GetDirectoryName(facade)!, version);

        string missing = executable is null ? CompilerPackage : RuntimePackage;
        throw new BuildException(CompilerCodes.PackageMissing,
            $"the package {missing} {version} is not in {string.Join(" or ", folders)}; restore it with: dotnet restore AzaleaOS.Build");
    }

    /// <summary>Both packages by their own folders, as MSBuild resolved them.</summary>
    /// <param name="compilerFolder">The folder that holds <c>tools/ilc</c>.</param>
    /// <param name="runtimeFolder">The folder that holds <c>runtimes/linux-x64</c>.</param>
    /// <exception cref="BuildException">AZ2000: one is not there.</exception>
    public static IlcPackages At(string compilerFolder, string runtimeFolder)
    {
        string executable = Path.Combine(compilerFolder, "tools", "ilc");
        string runtime = Path.Combine(runtimeFolder, "runtimes", "linux-x64");
        string coreLibrary = Path.Combine(runtime, "native", "System.Private.CoreLib.dll");
        string? facade = Directory.Exists(Path.Combine(runtime, "lib"))
            ? Directory.EnumerateFiles(Path.Combine(runtime, "lib"), "System.Runtime.dll", SearchOption.AllDirectories).FirstOrDefault()
            : null;
        string? missing = !File.Exists(executable) ? executable
            : !File.Exists(coreLibrary) ? coreLibrary
            : facade is null ? Path.Combine(runtime, "lib", "*", "System.Runtime.dll")
            : null;
        return missing is null
            ? new IlcPackages(executable, coreLibrary, Path.GetDirectoryName(facade)!, Path.GetFileName(Path.TrimEndingDirectorySeparator(compilerFolder)))
            : throw new BuildException(CompilerCodes.PackageMissing, $"there is no {missing}; restore it with: dotnet restore AzaleaOS.Build");
    }

    private static string[] DefaultFolders()
    {
        string? configured = Environment.GetEnvironmentVariable("NUGET_PACKAGES");
        return string.IsNullOrEmpty(configured)
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages")]
            : [configured];
    }

    private static string? Find(string[] folders, string package, string version, string file)
        => folders.Select(folder => Path.Combine(folder, package, version, file)).FirstOrDefault(File.Exists);
}
