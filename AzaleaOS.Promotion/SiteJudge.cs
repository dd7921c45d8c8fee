using Iced.Intel;

namespace AzaleaOS.Promotion;

/// <summary>Decides which sites are safe to promote.</summary>
internal sealed class SiteJudge(ProgramFile program, CodeMap code, IReadOnlyList<FrameEntry> frames)
{
    // E8 and the lower half of the distance; the upper half is the syscall itself.
    private const ulong BytesBeforeSite = 3;
    private const int FarthestNumber = 16;

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

    private readonly Dictionary<int, StackUse> _stackUses = [];
    private readonly HashSet<int> _endingFunctions = [.. code.Sites.Where(site => NumberOf(code, site) == Exit).Select(code.Functions.Identity)];

    /// <summary>The number that a site is always made with when control comes from above, or null.</summary>
    internal long? NumberOf(ulong site) => NumberOf(code, site);

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
        Refusal refusal = FindWindow(site, out window);
        if (refusal != Refusal.None)
            return refusal;
        if (Flags.MayBeRead(code, window!.End))
            return Refusal.LiveFlags;
        StackUse use = StackUseOf(site);
        if (use.ReplacesStack)
            return Refusal.StackMayBeGone;
        return use.UsesRedZone || use.SetsDirection ? Refusal.LiveRedZone : CheckHandlers(window);
    }

    private Refusal FindWindow(ulong site, out PromotionWindow? window)
    {
        window = null;
        var displaced = new List<Instruction>();
        ulong start = site;
        while (site - start < BytesBeforeSite)
        {
            if (start != site && code.Targets.Contains(start))
                return Refusal.JumpInto;
            if (!code.TryBefore(start, out Instruction before) || before.FlowControl != FlowControl.Next || !code.IsCertain(before.IP))
                return Refusal.ShortBlock;
            if (!DisplacedCode.CanMove(before))
                return Refusal.FixedInstruction;
            displaced.Insert(0, before);
            start = before.IP;
        }

        for (ulong address = start + 1; address < site + PromotionWindow.SiteBytes; address++)
        {
            if (address != site && code.Targets.Contains(address))
                return Refusal.JumpInto;
        }

        window = new PromotionWindow(start, site, displaced);
        return Refusal.None;
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
            if (pads.Any(pad => pad > window.Start && pad < window.End))
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

    private static long? NumberOf(CodeMap code, ulong site)
    {
        ulong address = site;
        for (int i = 0; i < FarthestNumber; i++)
        {
            if (address != site && code.Targets.Contains(address))
                return null;
            if (!code.TryBefore(address, out Instruction instruction) || instruction.FlowControl != FlowControl.Next)
                return null;
            if (WritesNumber(instruction))
            {
                return instruction.Mnemonic switch
                {
                    Mnemonic.Mov when instruction.Op1Kind is OpKind.Immediate32 or OpKind.Immediate32to64 or OpKind.Immediate64 && instruction.Op0Register is Register.EAX or Register.RAX
                        => (uint)instruction.GetImmediate(1),
                    Mnemonic.Mov when instruction.Op1Kind == OpKind.Immediate8 && instruction.Op0Register == Register.AL
                        => instruction.Immediate8, // the rest was cleared before
                    Mnemonic.Xor when instruction.Op1Kind == OpKind.Register && instruction.Op0Register is Register.EAX or Register.RAX && instruction.Op0Register == instruction.Op1Register
                        => 0,
                    _ => null,
                };
            }

            address = instruction.IP;
        }

        return null;
    }

    private static bool WritesNumber(in Instruction instruction)
    {
        foreach (UsedRegister used in new InstructionInfoFactory().GetInfo(instruction).GetUsedRegisters())
        {
            if (used.Register.GetFullRegister() == Register.RAX && used.Access is not (OpAccess.Read or OpAccess.CondRead or OpAccess.None or OpAccess.NoMemAccess))
                return true;
        }

        return false;
    }
}
