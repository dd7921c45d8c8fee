namespace AzaleaOS.Promotion;

/// <summary>What a site becomes that has too little room before it: a function with the instructions around the site, and in it a call to a stub.</summary>
/// <remarks>The call there ends with the bytes of <c>syscall</c>, as a promoted site does, so that an interrupted call is made again in the same way.</remarks>
internal sealed record Relay(PromotionWindow Window, ulong Address, byte[] Before, byte[] After)
{
    /// <summary>Bytes of the call between <see cref="Before"/> and <see cref="After"/>.</summary>
    private const int CallBytes = 5;
    private const byte Return = 0xc3;

    /// <summary>Where the call in it returns to.</summary>
    internal ulong CallEnd => Address + (ulong)Before.Length + CallBytes;

    internal int Length => Before.Length + CallBytes + After.Length + 1;

    /// <summary>Encodes the instructions for an address.</summary>
    internal static Relay At(ulong address, PromotionWindow window)
    {
        byte[] before = DisplacedCode.Encode(window.Displaced.Select(DisplacedCode.Adjust), address);
        byte[] after = DisplacedCode.Encode(window.Following.Select(DisplacedCode.Adjust), address + (ulong)before.Length + CallBytes);
        return new Relay(window, address, before, after);
    }

    /// <summary>Its code, with a call to a stub.</summary>
    internal byte[] Bytes(ulong stub) => [.. Before, 0xe8, .. BitConverter.GetBytes((int)(stub - CallEnd)), .. After, Return];
}
