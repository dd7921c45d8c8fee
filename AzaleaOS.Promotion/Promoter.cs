namespace AzaleaOS.Promotion;

/// <summary>Turns the <c>syscall</c> instructions of a static program into calls, where that is provably safe.</summary>
/// <remarks>
/// A site and the instructions before it become <c>call stub</c>; the stub does what those instructions did and goes on to the
/// kernel, to which it then looks like <c>syscall</c> at the same place. What the program can see of it is said in docs/differences.md,
/// how it works in docs/developer/promotion.md.
/// </remarks>
public static class Promoter
{
    /// <summary>Promotes what can be promoted.</summary>
    /// <param name="file">An ELF file; it is not changed.</param>
    /// <exception cref="PromotionException">The file is no static x86-64 program, is broken, or was promoted already.</exception>
    public static PromotionResult Promote(byte[] file)
    {
        var program = new ProgramFile(file);
        List<FrameEntry> frames = FrameTable.Read(program);
        var code = new CodeMap(program, frames);
        var judge = new SiteJudge(program, code, frames);
        var refusals = new Dictionary<ulong, Refusal>();
        var windows = new List<PromotionWindow>();
        foreach (ulong site in code.Sites)
        {
            refusals[site] = judge.Judge(site, out PromotionWindow? window);
            if (refusals[site] == Refusal.None)
                windows.Add(window!);
        }

        var placement = new StubPlacement(program);
        placement.Place(windows);
        byte[]? promoted = placement.Stubs.Count == 0 ? null : PromotedFile.Write(program, placement);
        Dictionary<ulong, ulong> stubs = promoted is null ? [] : placement.Destinations().ToDictionary(pair => pair.Key.Site, pair => pair.Value);
        var names = new FunctionNames(program);
        return new PromotionResult(promoted ?? file, [.. code.Sites.Select(site => new PromotionSite
        {
            Address = site,
            Number = judge.NumberOf(site),
            Function = names.Find(site),
            Refusal = refusals[site] == Refusal.None && !stubs.ContainsKey(site) ? Refusal.NoRoom : refusals[site],
            Stub = stubs.GetValueOrDefault(site),
        })], promoted is null ? null : RecordWriter.Write(file, promoted));
    }
}
