using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Tests.Unit.Applications;

/// <summary>The application's page tables for tests: a window of this process, whose pages are frames of a memory file.</summary>
/// <remarks>Frames can be moved, shared and looked at from outside the window, as on the machine.</remarks>
internal static unsafe class HostPages
{
    private const ulong PageSize = AddressSpace.PageSize;
    private const int FrameCount = 2048;
    private const int Shared = 1;
    private const int FixedNothing = 0x2 | 0x10 | 0x20 | 0x4000; // MAP_PRIVATE, MAP_FIXED, MAP_ANONYMOUS, MAP_NORESERVE

    private static readonly Stack<int> s_free = [];
    private static HostPage[] s_pages = [];
    private static int s_file = -1;
    private static byte* s_memory;
    private static ulong s_window;

    internal static int FramesLeft { get; set; }

    internal static int Present => s_pages.Count(page => page.IsPresent);

    internal static UserPages Operations => new()
    {
        Populate = &Populate,
        Promise = &Promise,
        Fill = &Fill,
        Release = &Release,
        CanCut = &CanCut,
        Protect = &Protect,
        Move = &Move,
        Borrow = &Borrow,
        Copy = &Copy,
        Query = &Query,
        CountPresent = &CountPresent,
        FreeBytes = &FreeBytes,
    };

    /// <summary>Makes an empty window.</summary>
    internal static ulong Start(int pages)
    {
        s_file = MemfdCreate("frames", 0);
        Assert.Equal(0, Ftruncate(s_file, FrameCount * (nint)PageSize));
        s_memory = (byte*)Mmap(0, FrameCount * PageSize, 3, Shared, s_file, 0);
        s_window = (ulong)Mmap(0, (ulong)pages * PageSize, 0, FixedNothing & ~0x10, -1, 0);
        s_pages = new HostPage[pages];
        s_free.Clear();
        for (int frame = FrameCount - 1; frame >= 0; frame--)
            s_free.Push(frame);
        FramesLeft = int.MaxValue;
        return s_window;
    }

    internal static void Stop()
    {
        _ = Munmap((nint)s_window, (ulong)s_pages.Length * PageSize);
        _ = Munmap((nint)s_memory, FrameCount * PageSize);
        _ = Close(s_file);
    }

    internal static bool IsPresent(ulong address) => At(address).IsPresent;

    /// <summary>A frame that no page has: a file's.</summary>
    internal static FrameNumber TakeFrame()
    {
        int frame = s_free.Pop();
        new Span<byte>(s_memory + (frame * (int)PageSize), (int)PageSize).Clear();
        return new FrameNumber((ulong)frame);
    }

    internal static void ReturnFrame(FrameNumber frame) => s_free.Push((int)frame.Value);

    /// <summary>The contents of a frame.</summary>
    internal static byte* Contents(FrameNumber frame) => s_memory + (frame.Value * PageSize);

    private static ref HostPage At(ulong address) => ref s_pages[(address - s_window) / PageSize];

    private static bool Populate(ulong start, ulong length, Protection protection, in MemoryPolicy policy, int order)
    {
        Assert.NotEqual(Protection.None, protection);
        for (ulong page = start; page < start + length; page += PageSize)
        {
            if (At(page).IsPresent)
                continue;
            if (FramesLeft-- <= 0)
                return false;
            Set(page, new HostPage(true, false, false, TakeFrame(), protection));
        }

        return true;
    }

    // Pages are there at once: what is filled when is the page tables' own business.
    private static bool Promise(ulong start, ulong length, Protection protection, in MemoryPolicy policy, out bool hadPages)
    {
        hadPages = false;
        for (ulong page = start; page < start + length; page += PageSize)
            hadPages |= At(page).IsPresent;
        return Populate(start, length, protection, policy, 0);
    }

    private static bool Fill(ulong page, ulong end, Protection protection) => false;

    private static void Release(ulong start, ulong length)
    {
        for (ulong page = start; page < start + length; page += PageSize)
        {
            HostPage old = At(page);
            if (old.IsPresent && !old.IsBorrowed)
                ReturnFrame(old.Frame);
            Set(page, default);
        }
    }

    private static bool CanCut(ulong start, ulong end) => true;

    private static bool Protect(ulong start, ulong length, Protection protection)
    {
        for (ulong page = start; page < start + length; page += PageSize)
        {
            if (At(page).IsPresent)
                Set(page, At(page) with { Protection = protection });
        }

        return true;
    }

    private static bool Move(ulong from, ulong to, ulong length)
    {
        for (ulong offset = 0; offset < length; offset += PageSize)
        {
            Assert.False(At(to + offset).IsPresent);
            Set(to + offset, At(from + offset));
            Set(from + offset, default);
        }

        return true;
    }

    private static bool Borrow(ulong page, FrameNumber frame, Protection protection, bool isCopiedOnWrite)
    {
        Assert.False(At(page).IsPresent);
        Set(page, new HostPage(true, true, isCopiedOnWrite, frame, protection));
        return true;
    }

    private static bool Copy(ulong page, FrameNumber frame, Protection protection, in MemoryPolicy policy)
    {
        if (FramesLeft-- <= 0)
            return false;
        FrameNumber copy = TakeFrame();
        Buffer.MemoryCopy(Contents(frame), Contents(copy), PageSize, PageSize);
        Set(page, new HostPage(true, false, false, copy, protection));
        return true;
    }

    private static UserPage Query(ulong address, out ulong alike)
    {
        HostPage page = At(address);
        alike = PageSize - (address % PageSize);
        return new UserPage { IsPresent = page.IsPresent, IsCopiedOnWrite = page.IsCopiedOnWrite, Frame = page.Frame };
    }

    private static ulong CountPresent(ulong start, ulong end)
    {
        ulong sum = 0;
        ulong last = Math.Min(end, s_window + ((ulong)s_pages.Length * PageSize));
        for (ulong page = Math.Max(start, s_window); page < last; page += PageSize)
            sum += At(page).IsPresent ? PageSize : 0;
        return sum;
    }

    private static ulong FreeBytes() => (ulong)Math.Min(Math.Max(FramesLeft, 0), s_pages.Length * 4) * PageSize;

    private static void Set(ulong address, HostPage page)
    {
        Protection shown = page.IsCopiedOnWrite ? page.Protection & ~Protection.Write : page.Protection;
        nint mapped = page.IsPresent
            ? Mmap((nint)address, PageSize, (int)shown, Shared | 0x10, s_file, (nint)(page.Frame.Value * PageSize))
            : Mmap((nint)address, PageSize, 0, FixedNothing, -1, 0);
        Assert.Equal((nint)address, mapped);
        At(address) = page;
    }

    private readonly record struct HostPage(bool IsPresent, bool IsBorrowed, bool IsCopiedOnWrite, FrameNumber Frame, Protection Protection);

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern nint Mmap(nint address, ulong length, int protection, int flags, int descriptor, nint offset);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int Munmap(nint address, ulong length);

    [DllImport("libc", EntryPoint = "memfd_create")]
    private static extern int MemfdCreate([MarshalAs(UnmanagedType.LPUTF8Str)] string name, uint flags);

    [DllImport("libc", EntryPoint = "ftruncate")]
    private static extern int Ftruncate(int descriptor, nint length);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
