using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Tests.Unit.Applications;

/// <summary>A file of a few pages that gives them to mappings; each page begins with its value.</summary>
internal static unsafe class HostFile
{
    internal const int Pages = 24;
    private static readonly FrameNumber?[] s_frames = new FrameNumber?[Pages];

    /// <summary>What the pages begin with.</summary>
    internal static long[] Values { get; } = new long[Pages];

    /// <summary>Pages of the file now.</summary>
    internal static int Size { get; private set; }

    /// <summary>Areas that map it.</summary>
    internal static int Mappings { get; private set; }

    /// <summary>What stands for it in an area.</summary>
    internal static void* Handle => (void*)0x1234_0000;

    /// <summary>Makes the file, full of zeros. Nothing maps it.</summary>
    internal static void Start()
    {
        foreach (FrameNumber? frame in s_frames)
        {
            if (frame is { } left)
                HostPages.ReturnFrame(left);
        }

        Size = Pages;
        Mappings = 0;
        Array.Clear(s_frames);
        Array.Clear(Values);
        FilePages.Take = &Take;
        FilePages.Retain = &Retain;
        FilePages.Release = &Release;
    }

    internal static void Stop()
    {
        Array.Clear(s_frames);
        FilePages.Take = null;
        FilePages.Retain = null;
        FilePages.Release = null;
    }

    /// <summary>Makes the file longer or shorter, as ftruncate does.</summary>
    internal static void Resize(int pages)
    {
        int old = Size;
        Size = pages;
        if (pages >= old)
            return;
        HostApplication.Space->DropFilePages(Handle, (ulong)pages, ulong.MaxValue, copies: true);
        for (int i = pages; i < old; i++)
        {
            if (s_frames[i] is { } frame)
                HostPages.ReturnFrame(frame);
            s_frames[i] = null;
            Values[i] = 0;
        }
    }

    private static long Take(void* file, ulong index, bool write, FrameNumber* frame)
    {
        Assert.True(file == Handle);
        if (index >= (ulong)Size)
            return -Errno.ENXIO;
        s_frames[index] ??= HostPages.TakeFrame();
        *frame = s_frames[index]!.Value;
        Assert.Equal(Values[index], *(long*)HostPages.Contents(*frame));
        return 0;
    }

    private static void Retain(void* file, bool writes) => Mappings++;

    private static void Release(void* file, bool writes) => Mappings--;
}
