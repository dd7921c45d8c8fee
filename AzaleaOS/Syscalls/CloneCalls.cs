using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Files;
using AzaleaOS.Memory;
using AzaleaOS.Signals;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>New threads. New processes cannot be: there is one address space.</summary>
internal static unsafe class CloneCalls
{
    private const CloneFlags ThreadFlags = CloneFlags.Memory | CloneFlags.FileSystem | CloneFlags.Files
        | CloneFlags.SignalHandlers | CloneFlags.Thread;

    private const uint LargestArguments = 4096;

    /// <summary>clone(2).</summary>
    /// <returns>The new thread's number; 0 in the new thread.</returns>
    [Syscall(56, SeesFrame = true)]
    internal static long Clone(CloneFlags flags, ulong stack, ulong parentId, ulong childId, ulong threadPointer)
        => Clone(new CloneArguments
        {
            Flags = flags & ~(CloneFlags.ExitSignalMask | CloneFlags.Detached) & (CloneFlags)uint.MaxValue,
            ExitSignal = (ulong)(flags & CloneFlags.ExitSignalMask),
            Stack = stack,
            ParentId = parentId,
            ChildId = childId,
            ThreadPointer = threadPointer,
        });

    /// <summary>clone3(2).</summary>
    /// <returns>The new thread's number; 0 in the new thread.</returns>
    [Syscall(435, SeesFrame = true)]
    internal static long Clone(ulong arguments, ulong size)
    {
        if (size > LargestArguments)
        {
            return -Errno.E2BIG;
        }

        if (size < CloneArguments.SmallestSize)
        {
            return -Errno.EINVAL;
        }

        CloneArguments wanted = default;
        ulong known = Math.Min(size, (ulong)sizeof(CloneArguments));
        if (UserMemory.CopyIn(&wanted, arguments, known) != known)
        {
            return -Errno.EFAULT;
        }

        // What a later version adds must not be asked for.
        for (ulong at = known; at < size; at++)
        {
            if (!UserMemory.TryRead(arguments + at, out byte extra))
            {
                return -Errno.EFAULT;
            }

            if (extra != 0)
            {
                return -Errno.E2BIG;
            }
        }

        const ulong HighestSignal = 64;
        bool isChild = (wanted.Flags & (CloneFlags.Thread | CloneFlags.Parent)) == 0;
        if ((wanted.Flags & (CloneFlags.ExitSignalMask & ~CloneFlags.NewTime)) != 0 || (wanted.Flags & CloneFlags.Detached) != 0
            || (ulong)wanted.Flags > (ulong)(CloneFlags.IntoControlGroup | CloneFlags.ClearSignalHandlers | (CloneFlags)uint.MaxValue)
            || wanted.ExitSignal > HighestSignal || (!isChild && wanted.ExitSignal != 0)
            || (wanted.Flags & (CloneFlags.SignalHandlers | CloneFlags.ClearSignalHandlers)) == (CloneFlags.SignalHandlers | CloneFlags.ClearSignalHandlers)
            || (wanted.SetIdCount != 0) != (wanted.SetIds != 0) || wanted.SetIdCount > 32
            || (wanted.Stack == 0) != (wanted.StackSize == 0)
            || wanted.StackSize > AddressSpace.Highest - Math.Min(wanted.Stack, AddressSpace.Highest))
        {
            return -Errno.EINVAL;
        }

        wanted.Stack += wanted.StackSize;
        return Clone(wanted);
    }

    private static long Clone(in CloneArguments wanted)
    {
        CloneFlags flags = wanted.Flags;
        bool isInconsistent = Has(flags, CloneFlags.NewMounts | CloneFlags.FileSystem) || Has(flags, CloneFlags.NewUser | CloneFlags.FileSystem)
            || ((flags & CloneFlags.Thread) != 0 && (flags & CloneFlags.SignalHandlers) == 0)
            || ((flags & CloneFlags.SignalHandlers) != 0 && (flags & CloneFlags.Memory) == 0);
        if (isInconsistent)
        {
            return -Errno.EINVAL;
        }

        if ((flags & (CloneFlags.NewMounts | CloneFlags.NewNamespaces | CloneFlags.NewTime | CloneFlags.IntoControlGroup)) != 0)
        {
            return -Errno.EPERM;
        }

        if ((flags & CloneFlags.Thread) == 0)
        {
            // A process, as fork would make: forbidden like it.
            return -Errno.EPERM;
        }

        // A frame with all registers is what the new thread begins with: there is none behind a call.
        TrapFrame* frame = Scheduler.Current->EntryFrame;
        if (!Has(flags, ThreadFlags) || (flags & CloneFlags.ProcessDescriptor) != 0 || wanted.SetIdCount != 0
            || frame->Vector != TrapFrame.SystemCallVector)
        {
            return -Errno.ENOSYS;
        }

        return ProcessEnd.IsEnding ? -Errno.EAGAIN : Start(wanted, frame);
    }

    private static long Start(in CloneArguments wanted, TrapFrame* frame)
    {
        Placement.WaitForCores();
        DescriptorTable.IsAlone = false;
        Thread* parent = Scheduler.Current;
        CoreBlock* core = Placement.Choose(parent->Affinity);
        Thread* child = ApplicationThread.Create(core->Node);
        if (child == null)
        {
            return -Errno.ENOMEM;
        }

        ApplicationThread.Inherit(child, parent);
        child->EntryFrame->Rax = 0;
        if (wanted.Stack != 0)
        {
            child->EntryFrame->Rsp = wanted.Stack;
        }

        if ((wanted.Flags & CloneFlags.SetThreadPointer) != 0)
        {
            if (wanted.ThreadPointer >= AddressSpace.Highest)
            {
                KernelThread.Recycle(child);
                return -Errno.EPERM;
            }

            child->ThreadPointer = wanted.ThreadPointer;
        }

        if (SignalState.AddThread(child, parent) == null)
        {
            KernelThread.Recycle(child);
            return -Errno.ENOMEM;
        }

        if (!ThreadTable.Add(child))
        {
            SignalState.RemoveThread(child);
            KernelThread.Recycle(child);
            return -Errno.EAGAIN;
        }

        if (ProcessEnd.IsEnding)
        {
            // Whoever ends the process may have looked at the table before the thread was in it.
            child->Work |= ThreadWork.Exit;
        }

        int id = child->Id;
        if ((wanted.Flags & CloneFlags.ParentSetId) != 0)
        {
            // As in Linux, a pointer that leads nowhere is the caller's loss.
            _ = UserMemory.TryWrite(wanted.ParentId, id);
        }

        if ((wanted.Flags & CloneFlags.ChildSetId) != 0)
        {
            _ = UserMemory.TryWrite(wanted.ChildId, id);
        }

        if ((wanted.Flags & CloneFlags.ChildClearId) != 0)
        {
            child->ClearOnExit = wanted.ChildId;
        }

        Scheduler.Start(child, core);
        return id;
    }

    private static bool Has(CloneFlags flags, CloneFlags all) => (flags & all) == all;
}
