using Iced.Intel;

namespace AzaleaOS.Promotion;

/// <summary>Finds whole instructions around a site that a call can take the place of.</summary>
internal sealed class WindowSearch(CodeMap code)
{
    // E8 and the lower half of the distance; the upper half is the syscall itself.
    private const ulong BytesBeforeSite = 3;
    private const int CallBytes = 5;
    private const int MostKept = 8;

    /// <summary>Searches before the site, and where that does not do, behind it.</summary>
    /// <param name="site">The address of a <c>syscall</c>.</param>
    /// <param name="comesBack">The call is known for one that comes back once, to the stack that it was made on.</param>
    /// <param name="window">What to replace.</param>
    internal Refusal Find(ulong site, bool comesBack, out PromotionWindow? window)
    {
        Refusal refusal = FindBefore(site, out window);
        if (refusal == Refusal.FixedInstruction)
            window = FindShifted(site);
        if (window is null && refusal != Refusal.None && comesBack)
            window = FindAround(site);
        return window is null ? refusal : Refusal.None;
    }

    private Refusal FindBefore(ulong site, out PromotionWindow? window)
    {
        window = null;
        var displaced = new List<Instruction>();
        ulong start = site;
        while (site - start < BytesBeforeSite)
        {
            if (start != site && code.Targets.Contains(start))
                return Refusal.JumpInto;
            if (!TryBefore(start, out Instruction before))
                return Refusal.ShortBlock;
            if (!DisplacedCode.CanMove(before))
                return Refusal.FixedInstruction;
            displaced.Insert(0, before);
            start = before.IP;
        }

        if (IsEntered(start, site + PromotionWindow.SiteBytes, besides: site))
            return Refusal.JumpInto;
        window = new PromotionWindow(start, site, displaced);
        return Refusal.None;
    }

    // A constant that is loaded earlier moves to the stub; what stands between stays, and moves up into its place. A fault there is a fault of the
    // same function; where one is looked up by its very address, that address is among the targets.
    private PromotionWindow? FindShifted(ulong site)
    {
        var kept = new List<Instruction>();
        ulong start = site;
        while (kept.Count <= MostKept)
        {
            if ((start != site && code.Targets.Contains(start)) || !TryBefore(start, out Instruction before))
                return null;
            start = before.IP;
            if (IsLoadedConstant(before) && (ulong)before.Length >= BytesBeforeSite && !kept.Any(one => Uses(one, before.Op0Register)))
            {
                byte[] bytes = DisplacedCode.Encode(kept, start);
                return (ulong)bytes.Length + (ulong)before.Length == site - start && !IsEntered(start, site + PromotionWindow.SiteBytes, besides: site)
                    ? new PromotionWindow(start, site, [before]) { Kept = bytes }
                    : null;
            }

            if (!DisplacedCode.CanStay(before))
                return null;
            kept.Insert(0, before);
        }

        return null;
    }

    private PromotionWindow? FindAround(ulong site)
    {
        if (code.Targets.Contains(site))
            return null;
        var displaced = new List<Instruction>();
        ulong start = site;
        while (site - start < BytesBeforeSite && !code.Targets.Contains(start) && TryBefore(start, out Instruction before) && DisplacedCode.CanMove(before))
        {
            displaced.Insert(0, before);
            start = before.IP;
        }

        var following = new List<Instruction>();
        ulong end = site + PromotionWindow.SiteBytes;
        while (end - start < CallBytes)
        {
            if (!code.Boundaries.Contains(end) || !code.IsCertain(end))
                return null;
            Instruction next = code.At(end);
            if (next.FlowControl != FlowControl.Next || !DisplacedCode.CanMove(next))
                return null;
            following.Add(next);
            end = next.NextIP;
        }

        return IsEntered(start, end, besides: start) ? null : new PromotionWindow(start, site, displaced) { Following = following };
    }

    private bool TryBefore(ulong address, out Instruction before)
        => code.TryBefore(address, out before) && before.FlowControl == FlowControl.Next && code.IsCertain(before.IP);

    private bool IsEntered(ulong start, ulong end, ulong besides)
    {
        for (ulong address = start + 1; address < end; address++)
        {
            if (address != besides && code.Targets.Contains(address))
                return true;
        }

        return false;
    }

    private static bool IsLoadedConstant(in Instruction instruction)
        => instruction.Mnemonic == Mnemonic.Mov && instruction.Op0Kind == OpKind.Register && instruction.Op0Register.IsGPR()
            && instruction.Op0Register.GetSize() >= 4 && instruction.Op0Register.GetFullRegister() != Register.RSP
            && instruction.Op1Kind is OpKind.Immediate32 or OpKind.Immediate32to64 or OpKind.Immediate64;

    private static bool Uses(in Instruction instruction, Register register)
    {
        foreach (UsedRegister used in new InstructionInfoFactory().GetInfo(instruction).GetUsedRegisters())
        {
            if (used.Register.GetFullRegister() == register.GetFullRegister())
                return true;
        }

        return false;
    }
}
