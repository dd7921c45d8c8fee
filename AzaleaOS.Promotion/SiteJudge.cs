namespace AzaleaOS.Promotion;

/// <summary>Decides which sites are safe to promote.</summary>
internal sealed class SiteJudge(ProgramFile program, CodeMap code, IReadOnlyList<FrameEntry> frames)
{
    private const long Munmap = 11;
    private const long SignalReturn = 15;
    private const long Clone = 56;
    private const long Fork = 57;
    private const long Vfork = 58;
    private const long Exit = 60;
    private const long Clone3 = 435;

    // musl, src/thread/x86_64/syscall_cp.s: what stands before its syscall.
    private static readonly byte[] s_muslCancellation =
        [0x4c, 0x8b, 0x44, 0x24, 0x08, 0x4c, 0x8b, 0x4c, 0x24, 0x10, 0x4c, 0x89, 0x5c, 0x24, 0x08];

    private readonly WindowSearch _search = new(code);
    private readonly Dictionary<int, StackUse> _stackUses = [];
    private readonly HashSet<int> _endingFunctions = [.. code.Sites.Where(site => CallNumbers.Of(code, site) == Exit).Select(code.Functions.Identity)];

    /// <summary>The number that a site is always made with when control comes from above, or null.</summary>
    internal long? NumberOf(ulong site) => CallNumbers.Of(code, site);

    /// <summary>Judges a site.</summary>
    /// <param name="site">The address of a <c>syscall</c>.</param>
    /// <param name="window">What to replace, if it is safe.</param>
    internal Refusal Judge(ulong site, out PromotionWindow? window)
    {
        window = null;
        if (!code.IsCertain(site))
            return Refusal.UncertainCode;
        switch (NumberOf(site))
        {
            case SignalReturn or Clone or Fork or Vfork or Clone3:
                return Refusal.SpecialCall;
            case Exit:
            case Munmap when _endingFunctions.Contains(code.Functions.Identity(site)):
                return Refusal.StackMayBeGone;
        }

        if (IsMuslCancellation(site))
            return Refusal.CancellationPoint;
        Refusal refusal = _search.Find(site, comesBack: CallNumbers.IsKnown(code, site), out window);
        if (refusal != Refusal.None)
            return refusal;
        if (Flags.MayBeRead(code, site + PromotionWindow.SiteBytes))
            return Refusal.LiveFlags;
        StackUse use = StackUseOf(site);
        if (use.ReplacesStack)
            return Refusal.StackMayBeGone;
        return use.UsesRedZone || use.SetsDirection ? Refusal.LiveRedZone : CheckHandlers(window!);
    }

    // Exception handlers are targets as well; a table of another form says nothing certain.
    private Refusal CheckHandlers(PromotionWindow window)
    {
        foreach (FrameEntry frame in frames)
        {
            if (!frame.Code.Contains(window.Site))
                continue;
            if (LandingPads.Read(program, frame) is not { } pads)
                return Refusal.UncertainCode;
            if (pads.Handlers.Concat(window.Kept.Length > 0 ? pads.Edges : []).Any(address => address > window.Start && address < window.End))
                return Refusal.JumpInto;
        }

        return Refusal.None;
    }

    private StackUse StackUseOf(ulong site)
    {
        int function = code.Functions.Identity(site);
        if (!_stackUses.TryGetValue(function, out StackUse? use))
            _stackUses[function] = use = StackUse.Of([.. code.Functions.PiecesOf(site).Select(code.DecodeRange)], code.Targets);
        return use;
    }

    private bool IsMuslCancellation(ulong site)
        => program.At(site - (ulong)s_muslCancellation.Length) is { Length: > 0 } bytes && bytes.StartsWith(s_muslCancellation);
}
