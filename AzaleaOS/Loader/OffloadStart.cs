using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Diagnostics;
using AzaleaOS.Files;
using AzaleaOS.Files.Offloaded;
using AzaleaOS.Offload;
using AzaleaOS.Signals;
using AzaleaOS.Syscalls;

namespace AzaleaOS.Loader;

/// <summary>From the channel to an application whose files are the peer's. Before the application's first thread.</summary>
internal static unsafe class OffloadStart
{
    private const int GetFlags = 3;
    private const int Streams = 3;
    private const int UsualPollMicroseconds = 20;

    /// <summary>Finds the peer, if the image is made for one and the machine has one.</summary>
    /// <param name="pollMicroseconds">How long a thread looks for an answer, at most; 0 for what is usual.</param>
    /// <returns>False after a message.</returns>
    internal static bool Connect(int pollMicroseconds)
    {
        OffloadChannel.SendSignal = &SignalSender.ToProcess;
        return OffloadChannel.Start(pollMicroseconds == 0 ? UsualPollMicroseconds : pollMicroseconds);
    }

    /// <summary>Whether the working directory is the peer's.</summary>
    internal static bool HasTree => Forwarding.HasTree;

    /// <summary>Whether the standard streams are the peer's.</summary>
    internal static bool HasStreams => (OffloadChannel.Features & ChannelFeatures.StandardStreams) != 0;

    /// <summary>Goes to a directory of the peer.</summary>
    /// <returns>False after a message.</returns>
    internal static bool EnterDirectory(ReadOnlySpan<byte> path)
    {
        fixed (byte* text = path)
        {
            long result = path.IsEmpty ? 0 : OffloadChannel.CallEarly((int)OffloadedCall.ChDir, path.Length, 0, text, path.Length);
            if (result < 0)
            {
                Log.Error($"{path}: {ErrnoNames.Find((int)-result)}, not a directory of the peer's to work in");
            }

            return result == 0;
        }
    }

    /// <summary>Opens descriptors 0, 1 and 2, as far as the peer has them.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool OpenStreams()
    {
        for (int number = 0; number < Streams; number++)
        {
            long flags = OffloadChannel.CallEarly((int)OffloadedCall.FCntl, number, GetFlags, null, 0);
            if (flags < 0)
            {
                continue;
            }

            OpenFile* file = OffloadedFile.Create(number, (OpenFlags)flags);
            if (file == null || DescriptorTable.Reserve(false, number) != number)
            {
                return false;
            }

            DescriptorTable.Install(number, file);
        }

        return true;
    }
}
