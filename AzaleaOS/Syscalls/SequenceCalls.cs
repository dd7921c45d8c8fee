using AzaleaOS.Abi;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>Registration of restartable sequences.</summary>
internal static unsafe class SequenceCalls
{
    private const int Unregister = 1;

    /// <summary>rseq(2).</summary>
    [Syscall(334)]
    internal static long Register(ulong address, uint size, int flags, uint signature)
    {
        Thread* self = Scheduler.Current;
        if ((flags & Unregister) != 0)
        {
            if ((flags & ~Unregister) != 0 || self->Rseq == 0 || self->Rseq != address || self->RseqSize != size)
            {
                return -Errno.EINVAL;
            }

            if (self->RseqSignature != signature)
            {
                return -Errno.EPERM;
            }

            return RestartableSequence.Leave(self) ? 0 : -Errno.EFAULT;
        }

        if (flags != 0)
        {
            return -Errno.EINVAL;
        }

        if (self->Rseq != 0)
        {
            return self->Rseq != address || self->RseqSize != size ? -Errno.EINVAL
                : self->RseqSignature != signature ? -Errno.EPERM
                : -Errno.EBUSY;
        }

        if (size < RestartableSequence.Size || address % RestartableSequence.Size != 0)
        {
            return -Errno.EINVAL;
        }

        if (!UserMemory.IsInside(address, size))
        {
            return -Errno.EFAULT;
        }

        self->Rseq = address;
        self->RseqSize = size;
        self->RseqSignature = signature;
        if (RestartableSequence.Repair(self, null))
        {
            return 0;
        }

        self->Rseq = 0;
        return -Errno.EFAULT;
    }
}
