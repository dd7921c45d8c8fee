using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Offload;
using AzaleaOS.Threads;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Files.Offloaded;

/// <summary>Who waits here until an open file of the peer is ready: a pipe, a terminal, a socket.</summary>
/// <remarks>
/// Whoever asks has the peer look at once. If somebody waits as well, one request stays at the peer, which is answered when something
/// happens to the file that was not known when it was sent; then those who wait look themselves, and the next who looks sends it again.
/// So that these requests leave room for others, there are at most <see cref="Most"/>; files beyond are taken for ready.
/// </remarks>
internal unsafe struct PeerWatch
{
    /// <summary>Requests that stay at the peer.</summary>
    internal const int Most = 128;

    private const uint Asked = PollEvents.Always | PollEvents.Priority | PollEvents.ReadBand | PollEvents.WriteBand | PollEvents.ReadHangUp;

    // There is no peer any more: whatever is tried does not wait.
    private const uint Gone = PollEvents.Always | PollEvents.Error | PollEvents.HangUp;

    private static SharedPool<PeerWatch> s_pool;
    private static int s_sent;
    private static PeerWatch* s_ready;

    // First, so that a pointer to it is one to the whole.
    private WaitQueue _watchers;
    private ulong _sequence;
    private int _isSent;
    private int _references;

    /// <summary>Prepares for such files.</summary>
    internal static void Initialize()
    {
        s_pool = default;
        s_sent = 0;
        s_ready = s_pool.Take();
        OffloadChannel.Told = &Tell;
    }

    /// <summary>For <see cref="FileOperations.CanWatch"/>: not for what is always ready.</summary>
    internal static bool IsPossible(OpenFile* file) => Of(file) is var watch && watch != s_ready && (watch != null || !OffloadChannel.IsUp);

    /// <summary>For <see cref="FileOperations.Poll"/>.</summary>
    internal static uint Poll(OpenFile* file, WaitNode* node)
    {
        PeerWatch* watch = Of(file);
        if (watch == null || watch == s_ready)
        {
            return watch == null && !OffloadChannel.IsUp ? Gone : PollEvents.Always;
        }

        Blocking.Watch(&watch->_watchers, node);
        long number = OffloadedFile.NumberOf(file);
        uint now = Look(number);
        if (!OffloadChannel.IsUp)
        {
            return Gone;
        }

        return watch->_watchers.IsEmpty || watch->TrySend(number, now) ? now : PollEvents.Always;
    }

    /// <summary>Nobody has the file open any more.</summary>
    internal static void Forget(OpenFile* file)
    {
        PeerWatch* watch = (PeerWatch*)file->ForeignWatch;
        if (watch != null && watch != s_ready)
        {
            if (Volatile.Read(ref watch->_isSent) != 0)
            {
                OffloadChannel.Cancel(watch->_sequence);
            }

            Drop(watch);
        }
    }

    private static PeerWatch* Of(OpenFile* file)
    {
        if (file->ForeignWatch != null)
        {
            return (PeerWatch*)file->ForeignWatch;
        }

        Stat status;
        if (PeerRequests.Status(OffloadedFile.NumberOf(file), &status) < 0)
        {
            return null;
        }

        long number = OffloadedFile.NumberOf(file);
        uint kind = status.Mode & FileMode.KindMask;
        bool isDevice = kind is FileMode.CharacterDevice or FileMode.BlockDevice;
        bool isReady = kind is FileMode.Regular or FileMode.Directory || (isDevice && Ask(number, 0, ChannelPoll.MayWait, null) == -Errno.EPERM);
        PeerWatch* made = isReady ? s_ready : s_pool.Take();
        if (made != null && !isReady)
        {
            made->_references = 1;
        }

        // Two may ask at a time.
        nint before = made == null ? 0 : Interlocked.CompareExchange(ref *(nint*)&file->ForeignWatch, (nint)made, 0);
        if (before != 0 && !isReady)
        {
            s_pool.Return(made);
        }

        return before != 0 ? (PeerWatch*)before : made;
    }

    private static uint Look(long number)
    {
        PollDescriptor found = default;
        long result = Ask(number, 0, ChannelPoll.Now, &found);
        return result < 0 ? Gone : result == 0 ? 0u : found.Found;
    }

    private static long Ask(long number, uint known, ChannelPoll how, PollDescriptor* answer)
    {
        RequestSlot* slot = Begin(number, known, how, answer);
        return slot == null ? -Errno.EIO : OffloadChannel.Finish(slot, interruptible: false);
    }

    private static RequestSlot* Begin(long number, uint known, ChannelPoll how, PollDescriptor* answer)
    {
        RequestSlot* slot = OffloadChannel.Begin((int)OffloadedCall.Poll);
        if (slot != null)
        {
            PollDescriptor* asked = (PollDescriptor*)slot->Inline;
            asked[0] = new PollDescriptor { Descriptor = (int)number, Events = (ushort)Asked, Found = (ushort)known };
            slot->Request.Arguments[0] = sizeof(PollDescriptor);
            slot->Request.Arguments[1] = 1;
            slot->Request.Arguments[2] = how == ChannelPoll.News ? 1 : 0;
            slot->Request.Arguments[3] = (long)how;
            Requests.AddKernel(slot, asked, (ulong)sizeof(PollDescriptor), writable: false);
            Requests.AddKernel(slot, answer != null ? answer : asked + 1, (ulong)sizeof(PollDescriptor), writable: true);
        }

        return slot;
    }

    private static void Tell(void* context, long result)
    {
        PeerWatch* watch = (PeerWatch*)context;
        Interlocked.Decrement(ref s_sent);
        Volatile.Write(ref watch->_isSent, 0);
        Interlocked.MemoryBarrier();
        if (result >= 0 || result == -Errno.EINTR || !OffloadChannel.IsUp)
        {
            // Else it is a file that cannot be waited for, and nothing has happened.
            watch->_watchers.Wake();
        }

        Drop(watch);
    }

    private static void Drop(PeerWatch* watch)
    {
        if (Interlocked.Decrement(ref watch->_references) == 0)
        {
            s_pool.Return(watch);
        }
    }

    // Whether something will tell.
    private bool TrySend(long number, uint known)
    {
        if (Interlocked.CompareExchange(ref _isSent, 1, 0) != 0)
        {
            return true;
        }

        RequestSlot* slot = Interlocked.Increment(ref s_sent) > Most ? null : Begin(number, known, ChannelPoll.News, null);
        if (slot == null)
        {
            Interlocked.Decrement(ref s_sent);
            Volatile.Write(ref _isSent, 0);
            return false;
        }

        _sequence = slot->Request.Sequence;
        Interlocked.Increment(ref _references);
        fixed (PeerWatch* self = &this)
        {
            OffloadChannel.Send(slot, self);
        }

        return true;
    }
}
