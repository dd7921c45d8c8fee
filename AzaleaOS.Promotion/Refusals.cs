namespace AzaleaOS.Promotion;

/// <summary>The words for <see cref="Refusal"/>.</summary>
public static class Refusals
{
    /// <summary>Why, in a few words.</summary>
    public static string Text(this Refusal refusal) => refusal switch
    {
        Refusal.None => "promoted",
        Refusal.UncertainCode => "its instructions are not certain",
        Refusal.ShortBlock => "too few bytes before it in its basic block",
        Refusal.JumpInto => "something leads into its bytes",
        Refusal.FixedInstruction => "an instruction before it cannot be moved",
        Refusal.LiveFlags => "the flags may be read behind it",
        Refusal.LiveRedZone => "its function uses the red zone or the direction flag",
        Refusal.SpecialCall => "rt_sigreturn, or a call that goes on with another stack",
        Refusal.StackMayBeGone => "its stack may be gone",
        Refusal.CancellationPoint => "a cancellation point of musl",
        Refusal.NoRoom => "the addresses for its stub are taken",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal)),
    };
}
