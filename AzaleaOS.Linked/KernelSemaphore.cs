using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using AzaleaOS.Abi;

namespace AzaleaOS.Linked;

/// <summary>A semaphore of the kernel: see <see cref="AzaleaCall"/>. Those who wait get their turn by priority, then in order.</summary>
/// <remarks>Taking one that is there is a compare-and-exchange and no call. Dispose it when nobody uses it any more.</remarks>
public sealed unsafe class KernelSemaphore : IDisposable
{
    private uint* _word;

    /// <summary>Makes one.</summary>
    /// <param name="count">How many can be taken, up to <see cref="SemaphoreWord.Largest"/>.</param>
    /// <exception cref="KernelException">EINVAL: too many.</exception>
    public KernelSemaphore(uint count = 0)
    {
        _word = (uint*)NativeMemory.AllocZeroed(sizeof(ulong));
        long result = Native.SemaphoreInitialize(_word, count);
        if (result < 0)
        {
            Free();
            KernelException.Check("sem_init", result);
        }
    }

    /// <summary>How many can be taken; 0 while threads wait.</summary>
    public uint Count => new SemaphoreWord(Volatile.Read(ref *Word)).Count;

    /// <summary>Takes one, and waits for it.</summary>
    public void Wait()
    {
        if (!TryTake())
            KernelException.Check("sem_wait", Native.SemaphoreWait(Word));
    }

    /// <summary>Takes one, and waits for it no longer than a time.</summary>
    /// <param name="milliseconds">0 does not wait; <see cref="AzaleaCall.Forever"/> is without limit.</param>
    /// <returns>False when the time was over.</returns>
    public bool Wait(uint milliseconds)
    {
        if (TryTake())
            return true;
        long result = Native.SemaphoreTimedWait(Word, milliseconds);
        return result != -Errno.ETIMEDOUT && KernelException.Check("sem_timedwait", result) == 0;
    }

    /// <summary>Like <see cref="Wait(uint)"/>, and any signal's handler ends it, those by which .NET's collector stops threads among them.</summary>
    /// <returns>0, ETIMEDOUT or EINTR.</returns>
    public Errno CancelableWait(uint milliseconds)
    {
        if (TryTake())
            return 0;
        long result = Native.SemaphoreCancelableWait(Word, milliseconds);
        return result == -Errno.ETIMEDOUT || result == -Errno.EINTR ? (Errno)(-result) : (Errno)KernelException.Check("sem_cancelablewait", result);
    }

    /// <summary>Hands one to the thread whose turn it is, or adds one.</summary>
    /// <exception cref="KernelException">EOVERFLOW: there are <see cref="SemaphoreWord.Largest"/>.</exception>
    public void Post() => KernelException.Check("sem_post", Native.SemaphorePost(Word));

    /// <summary>Gives the semaphore up.</summary>
    /// <exception cref="KernelException">EBUSY: threads wait for it.</exception>
    public void Dispose()
    {
        if (_word == null)
            return;
        KernelException.Check("sem_destroy", Native.SemaphoreDestroy(_word));
        Free();
    }

    private uint* Word => _word != null ? _word : throw new ObjectDisposedException(nameof(KernelSemaphore));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTake()
    {
        uint* at = Word;
        SemaphoreWord word = new(Volatile.Read(ref *at));
        return word.IsLive && word.Count != 0 && Interlocked.CompareExchange(ref *at, word.Less().Value, word.Value) == word.Value;
    }

    private void Free()
    {
        NativeMemory.Free(_word);
        _word = null;
    }
}
