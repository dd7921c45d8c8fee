using AzaleaOS.Cpu;

namespace AzaleaOS.Threads;

/// <summary>A thread's way into the application.</summary>
internal static unsafe class ApplicationThread
{
    // IF, and bit 1, which is always set (SDM vol. 1, 3.4.3).
    private const ulong InitialFlags = 0x202;

    /// <summary>Makes a thread of the application that will go on where its <see cref="Thread.EntryFrame"/> says, which the caller fills in.</summary>
    /// <returns>Null when memory is exhausted.</returns>
    internal static Thread* Create(uint node) => KernelThread.CreateForApplication(node, &Begin);

    /// <summary>Fills in the frame of a program's first thread.</summary>
    internal static void Prepare(Thread* thread, ulong entry, ulong stackPointer)
    {
        VectorState.Reset(thread->VectorArea);
        *thread->EntryFrame = new TrapFrame
        {
            Vector = TrapFrame.SystemCallVector,
            Rip = entry,
            Cs = SegmentTable.CodeSelector,
            Rflags = InitialFlags,
            Rsp = stackPointer,
            Ss = SegmentTable.DataSelector,
        };
    }

    /// <summary>Makes a new thread go on like another, the running one, behind the system call that this one is in.</summary>
    internal static void Inherit(Thread* child, Thread* parent)
    {
        *child->EntryFrame = *parent->EntryFrame;
        VectorState.Prepare(child->VectorArea);
        VectorState.Save(child->VectorArea);
        child->ThreadPointer = parent->ThreadPointer;
        child->Name = parent->Name;
        child->Affinity = parent->Affinity;
        child->Policy = parent->Policy;
        child->Priority = parent->Priority;
        child->Nice = parent->Nice;
        child->MemoryPolicy = parent->MemoryPolicy;
    }

    private static void Begin(void* argument)
    {
        Scheduler.FinishSwitch();
        Thread* self = (Thread*)argument;
        VectorState.Restore(self->VectorArea);
        Instructions.EnterApplication(self->EntryFrame);
    }
}
