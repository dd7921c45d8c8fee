using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Offload;

namespace AzaleaOS.Files.Offloaded;

/// <summary>Calls that the kernel makes at the peer by itself.</summary>
internal static unsafe class PeerRequests
{
    private const ulong PageSize = KernelPages.Size;

    /// <summary>fstat.</summary>
    internal static long Status(long number, Stat* status)
    {
        RequestSlot* slot = OffloadChannel.Begin((int)OffloadedCall.FStat);
        if (slot == null)
        {
            return -Errno.EIO;
        }

        slot->Request.Arguments[0] = number;
        Requests.AddKernel(slot, status, (ulong)sizeof(Stat), writable: true);
        return Finish(slot);
    }

    /// <summary>pread or pwrite of pages that follow each other in the file.</summary>
    /// <param name="number">The peer's.</param>
    /// <param name="writes">pwrite.</param>
    /// <param name="pages">The pages.</param>
    /// <param name="start">Where in the file to begin, in the first page.</param>
    /// <param name="end">Where to end.</param>
    /// <returns>How many bytes, or an error.</returns>
    internal static long Move(long number, bool writes, nuint* pages, ulong start, ulong end)
    {
        RequestSlot* slot = OffloadChannel.Begin((int)(writes ? OffloadedCall.PWrite : OffloadedCall.PRead));
        if (slot == null)
        {
            return -Errno.EIO;
        }

        slot->Request.Arguments[0] = number;
        slot->Request.Arguments[3] = (long)start;
        for (ulong at = start; at < end; pages++)
        {
            ulong offset = at % PageSize;
            ulong length = Math.Min(PageSize - offset, end - at);
            if (!Requests.AddKernel(slot, (byte*)*pages + offset, length, writable: !writes))
            {
                break;
            }

            at += length;
        }

        return Finish(slot);
    }

    /// <summary>A call with up to four numbers, the first of which is the peer's for a file.</summary>
    internal static long Call(OffloadedCall call, long number, long second = 0, long third = 0, long fourth = 0)
    {
        RequestSlot* slot = OffloadChannel.Begin((int)call);
        if (slot == null)
        {
            return -Errno.EIO;
        }

        slot->Request.Arguments[0] = number;
        slot->Request.Arguments[1] = second;
        slot->Request.Arguments[2] = third;
        slot->Request.Arguments[3] = fourth;
        return Finish(slot);
    }

    private static long Finish(RequestSlot* slot) => OffloadChannel.Finish(slot, interruptible: false);
}
