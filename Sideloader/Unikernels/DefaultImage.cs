namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>The kernel image for programs: the one that talks to the Sideloader.</summary>
internal static class DefaultImage
{
    /// <summary>Its name beside the published command.</summary>
    internal const string FileName = "azalea.elf";

    private const string Variable = "AZALEA_IMAGE";

    /// <summary>The image in a source tree.</summary>
    private const string Built = "UserApps/Sideloaded/bin/Release/net10.0/Sideloaded.stripped.elf";

    /// <summary>Finds it: <c>AZALEA_IMAGE</c>, beside this program, in <c>../lib/azalea</c>, or built in the source tree that this program is in.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    internal static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return File.Exists(named) ? Path.GetFullPath(named) : throw CommandException.NoInput($"{Variable}={named}: no such file");

        string here = AppContext.BaseDirectory;
        foreach (string path in (string[])[Path.Combine(here, FileName), Path.GetFullPath(Path.Combine(here, "../lib/azalea", FileName))])
        {
            if (File.Exists(path))
                return path;
        }

        for (string? folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string built = Path.Combine(folder, Built);
            if (File.Exists(Path.Combine(folder, "AzaleaOS.sln")) && File.Exists(built))
                return built;
        }

        throw CommandException.NoInput($"there is no kernel image: put {FileName} beside this program, name one with --image or {Variable}, or build one with: ./build.sh build UserApps/Sideloaded");
    }
}
