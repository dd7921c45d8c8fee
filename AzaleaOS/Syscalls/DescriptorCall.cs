using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Files;
using AzaleaOS.Files.Offloaded;
using AzaleaOS.Memory;
using AzaleaOS.Offload;

namespace AzaleaOS.Syscalls;

/// <summary>The short way of calls with a descriptor, numbers, and perhaps one structure that the peer writes.</summary>
/// <remarks>What <see cref="Forwarding"/> does for "f", "fn", "fnn", "fnnn" and "fo", without looking at the form.</remarks>
internal static unsafe class DescriptorCall
{
    /// <summary>Makes a call at the peer, if the descriptor is the peer's.</summary>
    /// <param name="number">Of the system call.</param>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="result">What the call returns.</param>
    /// <param name="second">The second argument, a number; 0 for a structure.</param>
    /// <param name="third">The third argument.</param>
    /// <param name="fourth">The fourth argument.</param>
    /// <param name="to">Where the structure goes.</param>
    /// <param name="bytes">Its size; 0 if there is none.</param>
    /// <returns>Whether it is.</returns>
    internal static bool Try(int number, int descriptor, out long result, long second = 0, long third = 0, long fourth = 0, ulong to = 0, ulong bytes = 0)
    {
        if (PeerFiles.Any)
        {
            // There is more to do while files are mapped.
            return ForwardedCall.Try(
                number, bytes == 0 ? "fnnn"u8 : "fo"u8, out result, [(ulong)descriptor, bytes == 0 ? (ulong)second : to, (ulong)third, (ulong)fourth], (int)bytes);
        }

        FileReference reference = DescriptorTable.GetQuickly(descriptor);
        bool isPeers = !reference.IsNull && OffloadedFile.Is(reference.File);
        result = -Errno.ERESTARTNOINTR;
        while (isPeers && result == -Errno.ERESTARTNOINTR)
        {
            RequestSlot* slot = OffloadChannel.Begin(number);
            if (slot == null)
            {
                result = -Errno.EIO;
                break;
            }

            long* arguments = slot->Request.Arguments;
            arguments[0] = OffloadedFile.NumberOf(reference.File);
            arguments[1] = second;
            arguments[2] = third;
            arguments[3] = fourth;
            result = Finish(slot, to, bytes);
        }

        result = result == -Errno.EINTR ? -Errno.ERESTARTSYS : result;
        reference.Release();
        return isPeers;
    }

    /// <summary>Puts a structure that the peer writes into a request, sends it, and waits.</summary>
    /// <param name="slot">The request, all arguments set.</param>
    /// <param name="to">Where the structure goes.</param>
    /// <param name="bytes">Its size; 0 if there is none.</param>
    /// <returns>As <see cref="OffloadChannel.Finish"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Finish(RequestSlot* slot, ulong to, ulong bytes)
    {
        if (bytes != 0)
        {
            // A structure for which there is no room the peer refuses, after it has found what else is wrong.
            ulong added = UserMemory.IsInside(to, bytes) ? Requests.AddWritable(slot, to, bytes) : 0;
            if (added == Requests.Busy)
            {
                return Wait(slot);
            }
        }

        return OffloadChannel.Finish(slot, interruptible: true);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Wait(RequestSlot* slot)
    {
        OffloadChannel.Abandon(slot);
        OffloadChannel.Sleep();
        return -Errno.ERESTARTNOINTR;
    }
}
