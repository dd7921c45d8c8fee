using AzaleaOS.Build.Compilation;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Tests.Unit.Pipeline;

namespace AzaleaOS.Tests.Unit.Compilation;

public class IlcPackagesTests
{
    [Fact]
    public void A_missing_package_is_an_error_that_says_how_to_restore_it()
    {
        using var folder = new TemporaryFolder();

        BuildException error = Assert.Throws<BuildException>(() => IlcPackages.Locate("10.0.12", folder.Path));

        BuildDiagnostic diagnostic = Assert.Single(error.Diagnostics);
        Assert.Equal(CompilerCodes.PackageMissing, diagnostic.Code);
        Assert.Contains("ilcompiler 10.0.12", diagnostic.Message);
        Assert.Contains(folder.Path, diagnostic.Message);
        Assert.EndsWith("dotnet restore AzaleaOS.Build", diagnostic.Message);
    }

    [Fact]
    public void A_package_of_another_version_does_not_count()
    {
        BuildException error = Assert.Throws<BuildException>(() => IlcPackages.Locate("1.2.3"));

        Assert.Contains("1.2.3", error.Message);
    }

    [Fact]
    public void The_packages_are_found_by_their_own_folders_too()
    {
        IlcPackages found = IlcPackages.Locate(KernelCompiler.IlcVersion);

        IlcPackages same = IlcPackages.At(
            Path.GetFullPath(Path.Combine(found.Compiler, "..", "..")),
            Path.GetFullPath(Path.Combine(found.CoreLibrary, "..", "..", "..", "..")));

        Assert.Equal(found, same);
    }

    [Fact]
    public void A_folder_without_the_compiler_is_an_error_that_names_the_file()
    {
        using var folder = new TemporaryFolder();

        BuildException error = Assert.Throws<BuildException>(() => IlcPackages.At(folder.Path, folder.Path));

        Assert.Contains(Path.Combine(folder.Path, "tools", "ilc"), error.Message);
        Assert.Equal(CompilerCodes.PackageMissing, error.Diagnostics[0].Code);
    }
}
