using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;
using AzaleaOS.Promotion;

namespace AzaleaOS.Build.Commands;

/// <summary>Promotes a program of the host on its way into a guest.</summary>
internal static class ProgramPromotion
{
    /// <summary>Promotes a file.</summary>
    /// <exception cref="LaunchException">AZ7041: it cannot be promoted. AZ7032: it is not there.</exception>
    internal static PromotionResult Promote(string path)
    {
        string program = GuestProgram.FindProgram(path);
        try
        {
            return Promoter.Promote(File.ReadAllBytes(program));
        }
        catch (PromotionException e)
        {
            throw LaunchException.NoInput("AZ7041", $"{path}: {e.Message}");
        }
    }

    /// <summary>Adds a promoted copy of a program, with its permissions, to a guest's files.</summary>
    internal static void Add(Initramfs files, string program, string guestPath)
    {
        const int Executable = 0x1ED; // 0755
        int permissions = OperatingSystem.IsWindows() ? Executable : (int)File.GetUnixFileMode(program);
        files.AddContent(guestPath, Promote(program).File, permissions);
    }
}
