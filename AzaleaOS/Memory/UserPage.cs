using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>What page tables say about a page of the application.</summary>
internal struct UserPage
{
    /// <summary>It has a frame. It may be inaccessible all the same.</summary>
    internal bool IsPresent;

    /// <summary>The frame is borrowed, and who writes gets a copy.</summary>
    internal bool IsCopiedOnWrite;

    /// <summary>The frame is a file's.</summary>
    internal bool IsBorrowed;

    /// <summary>The frame.</summary>
    internal FrameNumber Frame;
}
