namespace AzaleaOS.Files.Pipes;

/// <summary>A page of a pipe that holds bytes.</summary>
internal unsafe struct PipeSlot
{
    /// <summary>The page.</summary>
    internal byte* Page;

    /// <summary>Where its first byte is.</summary>
    internal ushort Offset;

    /// <summary>How many there are.</summary>
    internal ushort Length;

    /// <summary>O_DIRECT: the slot is one packet; what a read leaves of it is lost.</summary>
    internal bool IsPacket;
}
