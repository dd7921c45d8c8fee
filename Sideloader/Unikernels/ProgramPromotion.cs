using AzaleaOS.Build.Images;
using AzaleaOS.Promotion;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>A program whose system calls became calls where that is provably safe.</summary>
/// <param name="File">The bytes of its file.</param>
/// <param name="Promoted">How many did.</param>
/// <param name="Sites">How many there are.</param>
internal sealed record ProgramPromotion(ReadOnlyMemory<byte> File, int Promoted, int Sites)
{
    /// <summary>Promotes a program of this host.</summary>
    /// <exception cref="CommandException">It cannot be promoted.</exception>
    internal static ProgramPromotion Of(string path)
    {
        try
        {
            PromotionResult result = Promoter.Promote(System.IO.File.ReadAllBytes(path));
            return new ProgramPromotion(result.File, result.Promoted, result.Sites.Count);
        }
        catch (PromotionException e)
        {
            throw CommandException.NoInput($"{path} cannot be promoted: {e.Message}");
        }
    }

    /// <summary>Adds it to a guest's files with the permissions of the original.</summary>
    internal void AddTo(Initramfs files, string path) => files.AddContent(path, File, (int)System.IO.File.GetUnixFileMode(path));
}
