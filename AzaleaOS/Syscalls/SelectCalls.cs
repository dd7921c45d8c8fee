using System.Numerics;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Files;
using AzaleaOS.Files.Polling;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>select and pselect6.</summary>
/// <remarks>Source: Linux, fs/select.c.</remarks>
internal static unsafe class SelectCalls
{
    private const int BitsPerWord = 64;
    private const uint ReadEvents = PollEvents.In | PollEvents.ReadNormal | PollEvents.ReadBand | PollEvents.HangUp | PollEvents.Error;
    private const uint WriteEvents = PollEvents.Out | PollEvents.WriteNormal | PollEvents.WriteBand | PollEvents.Error;
    private const uint ExceptionEvents = PollEvents.Priority;

    // In a poll entry, which sets the descriptor is in: bits that no event has.
    private const uint InReads = 1 << 16;
    private const uint InWrites = 1 << 17;
    private const uint InExceptions = 1 << 18;

    /// <summary>select(2): the time that is left is written back, as Linux does.</summary>
    [Syscall(23)]
    internal static long Select(int count, ulong reads, ulong writes, ulong exceptions, UserPointer<Timeval> timeout)
    {
        const long Million = 1_000_000, Thousand = 1000;
        long deadline = Scheduler.Never;
        if (!timeout.IsNull)
        {
            if (!timeout.TryRead(out Timeval span))
            {
                return -Errno.EFAULT;
            }

            long seconds = span.Seconds + (span.Microseconds / Million);
            Timespec time = new() { Seconds = seconds, Nanoseconds = span.Microseconds % Million * Thousand };
            if (!TimeCalls.IsValid(time))
            {
                return -Errno.EINVAL;
            }

            deadline = Deadline.After(TimeCalls.ToNanoseconds(time));
        }

        long result = SelectUntil(count, reads, writes, exceptions, deadline);
        if (timeout.IsNull || deadline == 0)
        {
            return result;
        }

        long left = Deadline.Left(deadline);
        bool isWritten = timeout.TryWrite(new Timeval { Seconds = left / Clock.Second, Microseconds = left % Clock.Second / Thousand });
        return !isWritten && result == -Errno.ERESTARTNOHAND ? -Errno.EINTR : result;
    }

    /// <summary>pselect6(2). The last argument is a pointer to a mask's address and size.</summary>
    [Syscall(270)]
    internal static long Select(int count, ulong reads, ulong writes, ulong exceptions, UserPointer<Timespec> timeout, UserPointer<IoVector> maskArgument)
    {
        IoVector argument = default;
        if (!maskArgument.IsNull && !maskArgument.TryRead(out argument))
        {
            return -Errno.EFAULT;
        }

        UserPointer<ulong> mask = new(argument.Base);
        long result = Deadline.Read(timeout, out long deadline);
        result = result < 0 ? result : TemporaryMask.Set(mask, argument.Length);
        if (result < 0)
        {
            return result;
        }

        result = SelectUntil(count, reads, writes, exceptions, deadline);
        TemporaryMask.Restore(mask, result == -Errno.ERESTARTNOHAND);
        if (timeout.IsNull || deadline == 0)
        {
            return result;
        }

        bool isWritten = timeout.TryWrite(TimeCalls.ToTimespec(Deadline.Left(deadline)));
        return !isWritten && result == -Errno.ERESTARTNOHAND ? -Errno.EINTR : result;
    }

    private static long SelectUntil(int count, ulong reads, ulong writes, ulong exceptions, long deadline)
    {
        if (count < 0)
        {
            return -Errno.EINVAL;
        }

        count = Math.Min(count, TableSize());
        PollEntry* room = stackalloc PollEntry[PollTable.UsualEntries];
        PollTable table = default;
        table.Initialize(room);
        long result = 0;
        for (int first = 0; first < count && result == 0; first += BitsPerWord)
        {
            result = TryRead(reads, first, count, out ulong read)
                && TryRead(writes, first, count, out ulong write)
                && TryRead(exceptions, first, count, out ulong exception)
                ? AddWord(&table, first, read, write, exception)
                : -Errno.EFAULT;
        }

        if (result == 0)
        {
            result = table.Wait(deadline);
        }

        if (result >= 0)
        {
            int found = 0;
            bool isWritten = Answer(table.First, InReads, ReadEvents, reads, count, ref found)
                && Answer(table.First, InWrites, WriteEvents, writes, count, ref found)
                && Answer(table.First, InExceptions, ExceptionEvents, exceptions, count, ref found);
            result = isWritten ? found : -Errno.EFAULT;
        }

        table.Clear();
        return result;
    }

    private static bool TryRead(ulong set, int first, int count, out ulong bits)
    {
        bits = 0;
        if (set != 0 && !UserMemory.TryRead(set + ((ulong)first / 8), out bits))
        {
            return false;
        }

        int left = count - first;
        bits &= left >= BitsPerWord ? ulong.MaxValue : (1UL << left) - 1;
        return true;
    }

    private static long AddWord(PollTable* table, int first, ulong read, ulong write, ulong exception)
    {
        for (ulong any = read | write | exception; any != 0; any &= any - 1)
        {
            int bit = BitOperations.TrailingZeroCount(any);
            uint wanted = (((read >> bit) & 1) != 0 ? InReads | ReadEvents : 0)
                | (((write >> bit) & 1) != 0 ? InWrites | WriteEvents : 0)
                | (((exception >> bit) & 1) != 0 ? InExceptions | ExceptionEvents : 0);
            FileReference file = DescriptorTable.Get(first + bit);
            if (file.IsNull)
            {
                return -Errno.EBADF;
            }

            if (!table->Add(first + bit, file, wanted))
            {
                return -Errno.ENOMEM;
            }
        }

        return 0;
    }

    private static bool Answer(PollEntry* entry, uint member, uint events, ulong set, int count, ref int found)
    {
        for (int first = 0; set != 0 && first < count; first += BitsPerWord)
        {
            ulong bits = 0;
            for (; entry != null && entry->Index < first + BitsPerWord; entry = entry->Next)
            {
                if ((entry->Wanted & member) != 0 && (entry->Found & events) != 0)
                {
                    bits |= 1UL << (entry->Index - first);
                    found++;
                }
            }

            if (!UserMemory.TryWrite(set + ((ulong)first / 8), bits))
            {
                return false;
            }
        }

        return true;
    }

    // Descriptors beyond the table are not looked at. Linux's table has room for at least 256 and grows by doubling.
    private static int TableSize()
    {
        const int Least = 256;
        int size = Least;
        for (int open = DescriptorTable.Next(size); open >= 0; open = DescriptorTable.Next(size))
        {
            size = (int)BitOperations.RoundUpToPowerOf2((uint)open + 1);
        }

        return size;
    }
}
