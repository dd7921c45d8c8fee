using AzaleaOS.Abi;
using AzaleaOS.Files;
using AzaleaOS.Threads;
using SpinLock = AzaleaOS.Diagnostics.SpinLock;
using Thread = AzaleaOS.Threads.Thread;

namespace AzaleaOS.Syscalls;

/// <summary>Paths of the peer that lead to the kernel's places: by a symbolic link, by "..", or from the root without a slash.</summary>
/// <remarks>
/// The peer says -EREMOTE to such a call and has done nothing. Asked again, it says to which path it leads. The kernel's own method then makes the
/// call with that path: it gets the path's address in a page of the kernel, which <see cref="TryRead"/> knows. The page is the
/// thread's until it has been read. A peer that gives anything but a path of the kernel's is not believed.
/// </remarks>
internal static unsafe class Redirection
{
    // As often as Linux follows links in a path (include/linux/namei.h, MAXSYMLINKS).
    private const int MaxTries = 40;

    private static SpinLock s_lock;
    private static Page* s_first;

    /// <summary>Finds out where a call with one path leads.</summary>
    /// <param name="number">Of the system call.</param>
    /// <param name="form">As <see cref="Forwarding"/> says.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="structureBytes">Bytes of what an o stands for.</param>
    /// <param name="texts">Paths and texts among them.</param>
    /// <param name="lengths">Of those.</param>
    /// <param name="files">Files and directories among them.</param>
    /// <param name="tries">How often that was asked during this call.</param>
    /// <returns>
    /// <see cref="Forwarding.Here"/>: the kernel makes the call, with what <see cref="Take"/> makes of the path. -ERESTARTNOINTR: it does not lead there any
    /// more. -EXDEV for a call with two paths; -ELOOP, -ENAMETOOLONG, -ENOMEM, -EIO, and what the channel says.
    /// </returns>
    internal static long Follow(
        int number, ReadOnlySpan<byte> form, ulong* arguments, int structureBytes, byte** texts, int* lengths, FileReference* files, ref int tries)
    {
        int paths = 0;
        foreach (byte kind in form)
        {
            paths += kind == 'p' ? 1 : 0;
        }

        if (paths != 1)
        {
            return -Errno.EXDEV;
        }

        if (++tries > MaxTries)
        {
            return -Errno.ELOOP;
        }

        Page* page = (Page*)PathBuffers.Take();
        if (page == null)
        {
            return -Errno.ENOMEM;
        }

        // What the page had before is no answer of a peer that writes none.
        page->Text[1] = 0;
        long length = Forwarding.CallPeer(number, form, arguments, structureBytes, texts, lengths, files, page->Text, Page.Room);
        long result = length switch
        {
            0 => -Errno.ERESTARTNOINTR,
            < 0 => length == -Errno.EREMOTE ? -Errno.EIO : length,
            >= Page.Room => -Errno.ENAMETOOLONG,
            _ => IsGood(new ReadOnlySpan<byte>(page->Text + 1, (int)length - 1)) ? Forwarding.Here : -Errno.EIO,
        };
        if (result != Forwarding.Here)
        {
            PathBuffers.Give((byte*)page);
            return result;
        }

        page->Length = (int)length - 1;
        Keep(page);
        return result;
    }

    /// <summary>As <see cref="Follow(int, ReadOnlySpan{byte}, ulong*, int, byte**, int*, FileReference*, ref int)"/>, for those who have only the arguments.</summary>
    internal static long Follow(int number, ReadOnlySpan<byte> form, ReadOnlySpan<ulong> arguments, int structureBytes, ref int tries)
    {
        fixed (ulong* first = arguments)
        {
            return Forwarding.Follow(number, form, first, structureBytes, ref tries);
        }
    }

    /// <summary>The path to give to the kernel's own method, in a call that is not the peer's.</summary>
    /// <param name="path">The application's.</param>
    internal static ulong Take(ulong path)
    {
        if (s_first == null)
        {
            return path;
        }

        Thread* self = Scheduler.Current;
        s_lock.Enter();
        for (Page* page = s_first; page != null; page = page->Next)
        {
            if (page->Owner == self && page->IsNew)
            {
                page->IsNew = false;
                path = (ulong)page;
            }
        }

        s_lock.Exit();
        return path;
    }

    /// <summary>Copies a path that <see cref="Take"/> gave.</summary>
    /// <param name="path">What that gave.</param>
    /// <param name="to">Room for a path.</param>
    /// <param name="links">How many links the peer has followed on the way there.</param>
    /// <returns>Bytes; -EFAULT if it is none of this thread's.</returns>
    internal static long TryRead(ulong path, byte* to, out int links)
    {
        links = 0;
        Page* page = Remove(Scheduler.Current, path);
        if (page == null)
        {
            return -Errno.EFAULT;
        }

        int length = page->Length;
        links = page->Text[0];
        new ReadOnlySpan<byte>(page->Text + 1, length).CopyTo(new Span<byte>(to, length));
        to[length] = 0;
        PathBuffers.Give((byte*)page);
        return length;
    }

    /// <summary>Gives back the page of the running thread that no call came to read, if there is one. For a thread that ends, too.</summary>
    internal static void Forget()
    {
        Page* page = s_first == null ? null : Remove(Scheduler.Current, 0);
        if (page != null)
        {
            PathBuffers.Give((byte*)page);
        }
    }

    /// <summary>Whether a peer's answer is a path that the kernel goes on with.</summary>
    /// <remarks>What is made or removed may have the name "..": the kernel's method says what is wrong with it.</remarks>
    internal static bool IsGood(ReadOnlySpan<byte> path)
        => path.Length != 0 && path[0] == '/' && path.IndexOf((byte)0) < 0 && (Forwarding.IsInternal(path) || path.EndsWith("/.."u8));

    private static void Keep(Page* page)
    {
        // One that a call before did not come to read.
        Forget();
        page->Owner = Scheduler.Current;
        page->IsNew = true;
        s_lock.Enter();
        page->Next = s_first;
        s_first = page;
        s_lock.Exit();
    }

    // That at an address, or any if it is 0.
    private static Page* Remove(Thread* owner, ulong address)
    {
        s_lock.Enter();
        Page* before = null;
        Page* page = s_first;
        while (page != null && (page->Owner != owner || (address != 0 && address != (ulong)page)))
        {
            before = page;
            page = page->Next;
        }

        if (page != null && before != null)
        {
            before->Next = page->Next;
        }
        else if (page != null)
        {
            s_first = page->Next;
        }

        s_lock.Exit();
        return page;
    }

    private struct Page
    {
        internal const int Room = 4096 - 32;

        internal Page* Next;
        internal Thread* Owner;
        internal int Length;
        internal bool IsNew;
        internal fixed byte Text[Room];
    }
}
