using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Terminals;

/// <summary>A standard stream that leads to no terminal: a pipe or file of the launcher, as a pipe.</summary>
internal static unsafe class StreamFile
{
    /// <summary>open(2), by a name that leads to the stream.</summary>
    internal static long Open(OpenFile* file)
    {
        file->Data = file->Node->Object;
        return 0;
    }

    /// <summary>read(2): what the launcher's standard input had, and its end.</summary>
    internal static long Read(OpenFile* file, Transfer* transfer) => InputReader.Read(ConsoleChannel.Pipe, transfer);

    /// <summary>poll(2).</summary>
    internal static uint Poll(OpenFile* file, WaitNode* node)
        => file->CanRead ? InputReader.Poll(ConsoleChannel.Pipe, node) : PollEvents.Writable;

    /// <summary>ioctl(2): FIONREAD.</summary>
    internal static long Control(OpenFile* file, uint request, ulong argument)
    {
        const uint BytesToRead = 0x541b;
        if (request != BytesToRead)
        {
            return -Errno.ENOTTY;
        }

        ConsoleChannel.Lock.Enter();
        int count = (int)ConsoleChannel.Pipe->Line.Buffer.Count;
        ConsoleChannel.Lock.Exit();
        return Memory.UserMemory.TryWrite(argument, count) ? 0 : -Errno.EFAULT;
    }
}
