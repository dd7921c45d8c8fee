using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Polling;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>poll and ppoll.</summary>
internal static unsafe class PollCalls
{
    /// <summary>poll(2).</summary>
    [Syscall(7)]
    internal static long Poll(UserPointer<PollDescriptor> descriptors, uint count, int milliseconds)
        => PollUntil(descriptors, count, Deadline.OfMilliseconds(milliseconds));

    /// <summary>ppoll(2): the time that is left is written back, as Linux does.</summary>
    [Syscall(271)]
    internal static long Poll(UserPointer<PollDescriptor> descriptors, uint count, UserPointer<Timespec> timeout, UserPointer<ulong> mask, ulong maskBytes)
    {
        long result = Deadline.Read(timeout, out long deadline);
        result = result < 0 ? result : TemporaryMask.Set(mask, maskBytes);
        if (result < 0)
        {
            return result;
        }

        result = PollUntil(descriptors, count, deadline);
        TemporaryMask.Restore(mask, result == -Errno.ERESTARTNOHAND);
        if (timeout.IsNull || deadline == 0)
        {
            return result;
        }

        bool isWritten = timeout.TryWrite(TimeCalls.ToTimespec(Deadline.Left(deadline)));
        return !isWritten && result == -Errno.ERESTARTNOHAND ? -Errno.EINTR : result;
    }

    private static long PollUntil(UserPointer<PollDescriptor> descriptors, uint count, long deadline)
    {
        if (count > DescriptorTable.Limit)
        {
            return -Errno.EINVAL;
        }

        PollEntry* room = stackalloc PollEntry[PollTable.UsualEntries];
        PollTable table = default;
        table.Initialize(room);
        long result = 0;
        for (int i = 0; i < (int)count && result == 0; i++)
        {
            result = descriptors.At(i).TryRead(out PollDescriptor wanted) ? Add(&table, i, wanted) : -Errno.EFAULT;
        }

        if (result == 0)
        {
            result = table.Wait(deadline);
            bool isInside = UserMemory.IsInside(descriptors.Address, 0);
            result = isInside && Answer(descriptors, count, table.First) ? result : -Errno.EFAULT;
        }

        table.Clear();
        return result;
    }

    private static long Add(PollTable* table, int index, PollDescriptor wanted)
    {
        if (wanted.Descriptor < 0)
        {
            return 0;
        }

        FileReference file = DescriptorTable.Get(wanted.Descriptor);
        return table->Add(index, file, wanted.Events | PollEvents.Error | PollEvents.HangUp) ? 0 : -Errno.ENOMEM;
    }

    // What was not asked for is answered with 0: negative descriptors.
    private static bool Answer(UserPointer<PollDescriptor> descriptors, uint count, PollEntry* entry)
    {
        const ulong FoundOffset = 6;
        for (int i = 0; i < (int)count; i++)
        {
            bool isEntry = entry != null && entry->Index == i;
            ushort found = isEntry ? (ushort)entry->Found : (ushort)0;
            if (!UserMemory.TryWrite(descriptors.At(i).Address + FoundOffset, found))
            {
                return false;
            }

            entry = isEntry ? entry->Next : entry;
        }

        return true;
    }
}
