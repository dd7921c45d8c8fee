using AzaleaOS.Promotion;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>How a program is promoted: its system calls become calls where that is provably safe.</summary>
/// <param name="Record">What the boot archive says of it; null if nothing is promoted.</param>
/// <param name="Promoted">How many became calls.</param>
/// <param name="Sites">How many there are.</param>
internal sealed record ProgramPromotion(byte[]? Record, int Promoted, int Sites)
{
    /// <summary>Looks at a program of this host.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="isDemanded">If it cannot be promoted: true for an error, false for null.</param>
    /// <exception cref="CommandException">It cannot be promoted.</exception>
    internal static ProgramPromotion? Of(string path, bool isDemanded)
    {
        try
        {
            PromotionResult result = Promoter.Promote(File.ReadAllBytes(path));
            return new ProgramPromotion(result.Record, result.Promoted, result.Sites.Count);
        }
        catch (PromotionException e)
        {
            return isDemanded ? throw CommandException.NoInput($"{path} cannot be promoted: {e.Message}") : null;
        }
    }
}
