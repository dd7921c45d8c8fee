using System.Diagnostics;

namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>A directory to share, next to a secret that must not be reached.</summary>
internal sealed class HostDirectory : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("azalea-share-");

    internal HostDirectory()
    {
        Root = Path.Combine(_parent.FullName, "root");
        Outside = Path.Combine(_parent.FullName, "outside");
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(Outside);
        File.WriteAllText(Secret, "secret");
    }

    internal string Root { get; }

    internal string Outside { get; }

    internal string Secret => Path.Combine(Outside, "secret");

    internal string this[string name] => Path.Combine(Root, name);

    /// <summary>Fails if something outside the shared directory changed.</summary>
    internal void AssertOutsideUntouched()
    {
        Assert.Equal("secret", File.ReadAllText(Secret));
        Assert.Equal([Secret], Directory.GetFileSystemEntries(Outside));
        Assert.Equal(2, _parent.GetFileSystemInfos().Length);
    }

    // A hostile guest makes names that are no UTF-8, which .NET cannot remove.
    public void Dispose()
    {
        using Process remover = Process.Start("rm", ["-rf", _parent.FullName]);
        remover.WaitForExit();
        Assert.Equal(0, remover.ExitCode);
    }
}
