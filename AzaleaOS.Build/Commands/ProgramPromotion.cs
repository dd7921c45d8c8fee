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
            throw CannotBe(path, e);
        }
    }

    /// <summary>Says in an archive with a program how it is promoted.</summary>
    /// <param name="files">The archive; it has the program.</param>
    /// <param name="program">Its file on this host.</param>
    /// <param name="guestPath">Its path in the archive.</param>
    /// <param name="isDemanded">If it cannot be promoted: true for an error, false to let it run as it is.</param>
    /// <exception cref="LaunchException">AZ7041: it cannot be promoted.</exception>
    internal static void Add(Initramfs files, string program, string guestPath, bool isDemanded)
    {
        try
        {
            files.Promote(guestPath, Promoter.Promote(File.ReadAllBytes(program)).Record);
        }
        catch (PromotionException e) when (isDemanded)
        {
            throw CannotBe(program, e);
        }
        catch (PromotionException)
        {
            // What is wrong with it the kernel says, if it cannot run it either.
        }
    }

    private static LaunchException CannotBe(string path, PromotionException e) => LaunchException.NoInput("AZ7041", $"{path}: {e.Message}");
}
