using System.Numerics;
using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using SpinLock = AzaleaOS.Diagnostics.SpinLock;

namespace AzaleaOS.Files;

/// <summary>Which open file a descriptor means. A unikernel has one table for all its threads.</summary>
/// <remarks>
/// A slot is a word: the open file, and FD_CLOEXEC in bit 0. Slots are written under the lock, but for that of a
/// descriptor that is only reserved, which belongs to whoever reserved it, and read without it: <see cref="Get"/> counts a
/// reference and then looks whether the slot still says the same. Pages of slots are never given back. A descriptor is taken as soon as its bit is set, even while its slot is empty.
/// </remarks>
internal static unsafe class DescriptorTable
{
    /// <summary>Descriptors that there can be: the largest RLIMIT_NOFILE.</summary>
    internal const int Capacity = SlotsPerPage * SlotsPerPage;

    /// <summary>RLIMIT_NOFILE of a process that did not change it, as on Linux.</summary>
    internal const int DefaultLimit = 1024;

    private const int SlotsPerPage = KernelPages.Size / sizeof(ulong);
    private const int BitsPerWord = 64;
    private const int BitsPerPage = KernelPages.Size * 8;
    private const nuint CloseOnExecBit = 1;

    private static SpinLock s_lock;
    private static nuint** s_slots;
    private static nuint* s_firstSlots;
    private static BitmapPages s_used;
    private static int s_lowestFree;

    /// <summary>The soft RLIMIT_NOFILE: descriptors below it can be given out.</summary>
    internal static int Limit { get; set; } = DefaultLimit;

    /// <summary>The process has one thread. Set to false, for good, before there is a second one.</summary>
    internal static bool IsAlone { get; set; }

    /// <summary>Closes everything without a trace and starts with an empty table.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Initialize()
    {
        OpenFile.Initialize();
        s_used = default;
        s_lowestFree = 0;
        Limit = DefaultLimit;
        s_slots = (nuint**)KernelPages.Take();
        s_firstSlots = (nuint*)KernelPages.Take();
        if (s_slots == null || s_firstSlots == null)
        {
            return false;
        }

        s_slots[0] = s_firstSlots;
        return true;
    }

    /// <summary>The open file of a descriptor, kept open until the reference is released. None for O_PATH.</summary>
    internal static FileReference Get(int descriptor)
    {
        FileReference reference = GetAny(descriptor);
        if (!reference.IsNull && reference.File->IsPath)
        {
            reference.Release();
            return default;
        }

        return reference;
    }

    /// <summary>The open file of a descriptor, or the place in the tree that it means with O_PATH.</summary>
    internal static FileReference GetAny(int descriptor)
    {
        while (true)
        {
            OpenFile* file = FileOf(Read(descriptor));
            if (file == null || IsAlone)
            {
                return new FileReference(file, false);
            }

            if (OpenFile.TryHold(file))
            {
                if (FileOf(Read(descriptor)) == file)
                {
                    return new FileReference(file, true);
                }

                OpenFile.Drop(file);
            }
        }
    }

    /// <summary>As <see cref="GetAny"/>, for the few calls in which it must cost next to nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static FileReference GetQuickly(int descriptor)
        => IsAlone && (uint)descriptor < SlotsPerPage ? new FileReference(FileOf(s_firstSlots[descriptor]), false) : GetAny(descriptor);

    /// <summary>Takes the lowest free descriptor, which means nothing until <see cref="Install"/>.</summary>
    /// <param name="closeOnExec">FD_CLOEXEC.</param>
    /// <param name="minimum">Not below this one.</param>
    /// <returns>The descriptor, or -EMFILE, -ENOMEM, -EINVAL.</returns>
    internal static long Reserve(bool closeOnExec, int minimum = 0)
    {
        s_lock.Enter();
        int lowest = s_lowestFree;
        if (minimum == 0 && TryReserve((uint)lowest, closeOnExec))
        {
            s_lock.Exit();
            return lowest;
        }

        long descriptor = minimum < 0 || minimum >= Limit ? -Errno.EINVAL : FindFree(Math.Max(minimum, lowest));
        if (descriptor >= 0)
        {
            nuint* slot = MakeSlot((int)descriptor);
            if (slot == null)
            {
                descriptor = -Errno.ENOMEM;
            }
            else
            {
                *slot = closeOnExec ? CloseOnExecBit : 0;
                SetUsed((int)descriptor);
                if (minimum <= s_lowestFree)
                {
                    s_lowestFree = (int)descriptor + 1;
                }
            }
        }

        s_lock.Exit();
        return descriptor;
    }

    /// <summary>Gives back a descriptor that was only reserved.</summary>
    internal static void Unreserve(int descriptor)
    {
        s_lock.Enter();
        Free(descriptor);
        s_lock.Exit();
    }

    /// <summary>Makes a reserved descriptor mean an open file, and takes over the caller's reference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Install(int descriptor, OpenFile* file)
    {
        // Nobody else writes to the slot as long as it is empty.
        nuint* slot = (uint)descriptor < SlotsPerPage ? s_firstSlots + (uint)descriptor : SlotOf(descriptor);
        Volatile.Write(ref *slot, (nuint)file | (*slot & CloseOnExecBit));
    }

    /// <summary>Gives an open file the lowest free descriptor, which takes over the caller's reference.</summary>
    /// <param name="file">The open file.</param>
    /// <param name="minimum">Not below this one.</param>
    /// <param name="closeOnExec">FD_CLOEXEC.</param>
    /// <returns>The descriptor, or -EMFILE, -ENOMEM, -EINVAL; then the reference is still the caller's.</returns>
    internal static long Add(OpenFile* file, int minimum, bool closeOnExec)
    {
        long descriptor = Reserve(closeOnExec, minimum);
        if (descriptor >= 0)
        {
            Install((int)descriptor, file);
        }

        return descriptor;
    }

    /// <summary>Makes an open file that has no place in the tree, such as an eventfd, and gives it a descriptor.</summary>
    /// <param name="operations">Its kind. <see cref="FileOperations.Release"/> is not called if this fails.</param>
    /// <param name="data">For its kind.</param>
    /// <param name="flags">O_ flags, O_CLOEXEC too.</param>
    /// <returns>The descriptor, or -EMFILE, -ENOMEM.</returns>
    internal static long AddAnonymous(FileOperations* operations, void* data, OpenFlags flags)
    {
        long descriptor = Reserve((flags & OpenFlags.CloseOnExec) != 0);
        if (descriptor < 0)
        {
            return descriptor;
        }

        OpenFile* file = OpenFile.Create(FileTree.Anonymous, operations, data, flags & ~OpenFlags.CloseOnExec);
        if (file == null)
        {
            Unreserve((int)descriptor);
            return -Errno.ENOMEM;
        }

        Install((int)descriptor, file);
        return descriptor;
    }

    /// <summary>dup2 and dup3: makes a descriptor mean what another one means; what it meant is closed.</summary>
    /// <returns>The new descriptor, or -EBADF, -EBUSY, -ENOMEM.</returns>
    internal static long Duplicate(int from, int to, bool closeOnExec)
    {
        if (to < 0 || to >= Limit)
        {
            return -Errno.EBADF;
        }

        s_lock.Enter();
        OpenFile* file = FileOf(Read(from));
        nuint* slot = file == null ? null : MakeSlot(to);
        OpenFile* closed = null;
        long result = to;
        if (slot == null)
        {
            result = file == null ? -Errno.EBADF : -Errno.ENOMEM;
        }
        else if (FileOf(*slot) == null && IsUsed(to))
        {
            // Another thread's open is about to install it.
            result = -Errno.EBUSY;
        }
        else
        {
            closed = FileOf(*slot);
            OpenFile.Hold(file);
            SetUsed(to);
            Volatile.Write(ref *slot, (nuint)file | (closeOnExec ? CloseOnExecBit : 0));
        }

        s_lock.Exit();
        if (closed != null)
        {
            DropClosed(closed);
        }

        return result;
    }

    /// <summary>close.</summary>
    /// <returns>0, or -EBADF.</returns>
    internal static long Close(int descriptor)
    {
        s_lock.Enter();
        OpenFile* file = FileOf(Read(descriptor));
        if (file != null)
        {
            Free(descriptor);
        }

        s_lock.Exit();
        if (file == null)
        {
            return -Errno.EBADF;
        }

        DropClosed(file);
        return 0;
    }

    /// <summary>FD_CLOEXEC: 1, 0, or -EBADF.</summary>
    internal static long GetCloseOnExec(int descriptor)
    {
        nuint slot = Read(descriptor);
        return FileOf(slot) == null ? -Errno.EBADF : (slot & CloseOnExecBit) != 0 ? 1 : 0;
    }

    /// <summary>Sets FD_CLOEXEC.</summary>
    /// <returns>0, or -EBADF.</returns>
    internal static long SetCloseOnExec(int descriptor, bool closeOnExec)
    {
        s_lock.Enter();
        OpenFile* file = FileOf(Read(descriptor));
        if (file != null)
        {
            Volatile.Write(ref *SlotOf(descriptor), (nuint)file | (closeOnExec ? CloseOnExecBit : 0));
        }

        s_lock.Exit();
        return file == null ? -Errno.EBADF : 0;
    }

    /// <summary>The first descriptor at or above one that is open; -1 if there is none.</summary>
    internal static int Next(int descriptor)
    {
        for (; descriptor < Capacity; descriptor++)
        {
            if (s_slots[descriptor / SlotsPerPage] == null)
            {
                descriptor |= SlotsPerPage - 1;
            }
            else if (FileOf(Read(descriptor)) != null)
            {
                return descriptor;
            }
        }

        return -1;
    }

    /// <summary>The node of a descriptor's open file, with a reference for the caller; null if the descriptor means nothing.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="operations">What kind of file it is.</param>
    internal static FileNode* NodeOf(int descriptor, out FileOperations* operations)
    {
        s_lock.Enter();
        OpenFile* file = FileOf(Read(descriptor));
        FileNode* node = file == null ? null : file->Node;
        operations = file == null ? null : file->Operations;
        if (node != null)
        {
            FileNode.Hold(node);
        }

        s_lock.Exit();
        return node;
    }

    private static void DropClosed(OpenFile* file)
    {
        if (file->Node->Locks != null && !file->IsPath)
        {
            FileLocks.RemoveOfProcess(file->Node);
        }

        OpenFile.Drop(file);
    }

    private static OpenFile* FileOf(nuint slot) => (OpenFile*)(slot & ~CloseOnExecBit);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Read(int descriptor)
    {
        nuint* slot = SlotOf(descriptor);
        return slot == null ? 0 : Volatile.Read(ref *slot);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint* SlotOf(int descriptor)
    {
        if ((uint)descriptor >= Capacity)
        {
            return null;
        }

        nuint* page = (nuint*)Volatile.Read(ref *(nuint*)(s_slots + (descriptor / SlotsPerPage)));
        return page == null ? null : page + (descriptor % SlotsPerPage);
    }

    private static nuint* MakeSlot(int descriptor)
    {
        nuint** page = s_slots + (descriptor / SlotsPerPage);
        if (*page == null)
        {
            Volatile.Write(ref *(nuint*)page, (nuint)KernelPages.Take());
            if (*page == null)
            {
                return null;
            }
        }

        ref nuint bits = ref s_used[descriptor / BitsPerPage];
        bits = bits == 0 ? (nuint)KernelPages.Take() : bits;
        return bits == 0 ? null : SlotOf(descriptor);
    }

    // The one below which none is free, if it is free itself and has its place already: what happens most often.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReserve(uint descriptor, bool closeOnExec)
    {
        // With the first page of the map there is the first page of slots.
        ulong* map = (ulong*)s_used[0];
        if (descriptor >= SlotsPerPage || (int)descriptor >= Limit || map == null)
        {
            return false;
        }

        ulong* word = map + (descriptor / BitsPerWord);
        ulong bit = 1UL << (int)descriptor;
        if ((*word & bit) != 0)
        {
            return false;
        }

        *word |= bit;
        s_firstSlots[descriptor] = closeOnExec ? CloseOnExecBit : 0;
        s_lowestFree = (int)descriptor + 1;
        return true;
    }

    private static long FindFree(int minimum)
    {
        for (int first = minimum & -BitsPerWord; first < Limit; first += BitsPerWord)
        {
            ulong* word = WordOf(first);
            ulong free = word == null ? ulong.MaxValue : ~*word;
            free &= first < minimum ? ulong.MaxValue << (minimum - first) : ulong.MaxValue;
            int found = first + BitOperations.TrailingZeroCount(free);
            if (free != 0)
            {
                return found < Limit ? found : -Errno.EMFILE;
            }
        }

        return -Errno.EMFILE;
    }

    private static bool IsUsed(int descriptor) => (*WordOf(descriptor) & (1UL << (descriptor % BitsPerWord))) != 0;

    private static void SetUsed(int descriptor) => *WordOf(descriptor) |= 1UL << (descriptor % BitsPerWord);

    private static void Free(int descriptor)
    {
        bool isFirst = (uint)descriptor < SlotsPerPage;
        ulong* word = isFirst ? (ulong*)s_used[0] + ((uint)descriptor / BitsPerWord) : WordOf(descriptor);
        Volatile.Write(ref *(isFirst ? s_firstSlots + (uint)descriptor : SlotOf(descriptor)), 0);
        *word &= ~(1UL << descriptor);
        s_lowestFree = Math.Min(s_lowestFree, descriptor);
    }

    private static ulong* WordOf(int descriptor)
    {
        ulong* page = (ulong*)s_used[descriptor / BitsPerPage];
        return page == null ? null : page + (descriptor % BitsPerPage / BitsPerWord);
    }

    [InlineArray(Capacity / BitsPerPage)]
    private struct BitmapPages
    {
        private nuint _first;
    }
}
