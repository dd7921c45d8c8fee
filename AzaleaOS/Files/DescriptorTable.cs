using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>Which open file a descriptor means. A unikernel has one table.</summary>
/// <remarks>Used by one core at a time.</remarks>
internal static unsafe class DescriptorTable
{
    /// <summary>Descriptors that there can be: the soft and hard RLIMIT_NOFILE.</summary>
    internal const int Capacity = 1024;

    private static ObjectPool<OpenFile> s_files;
    private static Slot** s_pages;

    private static int SlotsPerPage => KernelPages.Size / sizeof(Slot);

    /// <summary>Closes everything without a trace and starts with an empty table.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Initialize()
    {
        s_files = default;
        s_pages = (Slot**)KernelPages.Take();
        return s_pages != null;
    }

    /// <summary>Makes an open file that no descriptor leads to yet; null when memory is exhausted.</summary>
    internal static OpenFile* NewFile() => s_files.Take();

    /// <summary>Drops an open file that got no descriptor.</summary>
    internal static void Drop(OpenFile* file) => s_files.Return(file);

    /// <summary>The open file of a descriptor, or null.</summary>
    internal static OpenFile* Find(int descriptor)
    {
        Slot* slot = SlotOf(descriptor, false);
        return slot == null ? null : slot->File;
    }

    /// <summary>Gives an open file the lowest free descriptor.</summary>
    /// <param name="file">The open file.</param>
    /// <param name="minimum">Not below this one.</param>
    /// <param name="closeOnExec">FD_CLOEXEC.</param>
    /// <returns>The descriptor, or -EMFILE, -ENOMEM, -EINVAL.</returns>
    internal static long Add(OpenFile* file, int minimum, bool closeOnExec)
    {
        if (minimum is < 0 or >= Capacity)
        {
            return -Errno.EINVAL;
        }

        for (int descriptor = minimum; descriptor < Capacity; descriptor++)
        {
            Slot* slot = SlotOf(descriptor, true);
            if (slot == null)
            {
                return -Errno.ENOMEM;
            }

            if (slot->File == null)
            {
                slot->File = file;
                slot->CloseOnExec = closeOnExec;
                file->References++;
                return descriptor;
            }
        }

        return -Errno.EMFILE;
    }

    /// <summary>dup3: makes a descriptor mean what another one means; what it meant is closed.</summary>
    /// <returns>The new descriptor, or -EBADF, -ENOMEM.</returns>
    internal static long Duplicate(int from, int to, bool closeOnExec)
    {
        OpenFile* file = Find(from);
        if (file == null || to is < 0 or >= Capacity)
        {
            return -Errno.EBADF;
        }

        Slot* slot = SlotOf(to, true);
        if (slot == null)
        {
            return -Errno.ENOMEM;
        }

        file->References++;
        Release(slot->File);
        slot->File = file;
        slot->CloseOnExec = closeOnExec;
        return to;
    }

    /// <summary>close.</summary>
    /// <returns>0, or -EBADF.</returns>
    internal static long Close(int descriptor)
    {
        Slot* slot = SlotOf(descriptor, false);
        if (slot == null || slot->File == null)
        {
            return -Errno.EBADF;
        }

        Release(slot->File);
        *slot = default;
        return 0;
    }

    /// <summary>FD_CLOEXEC of a descriptor that is open.</summary>
    internal static ref bool CloseOnExec(int descriptor) => ref SlotOf(descriptor, false)->CloseOnExec;

    private static void Release(OpenFile* file)
    {
        if (file != null && --file->References == 0)
        {
            s_files.Return(file);
        }
    }

    private static Slot* SlotOf(int descriptor, bool make)
    {
        if (descriptor is < 0 or >= Capacity)
        {
            return null;
        }

        Slot** page = s_pages + (descriptor / SlotsPerPage);
        if (*page == null && make)
        {
            *page = (Slot*)KernelPages.Take();
        }

        return *page == null ? null : *page + (descriptor % SlotsPerPage);
    }

    private struct Slot
    {
        internal OpenFile* File;
        internal bool CloseOnExec;
    }
}
