using System.Diagnostics.CodeAnalysis;
using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Threads;

/// <summary>Makes threads and switches between them. Who runs when is for the caller to decide.</summary>
internal static unsafe class KernelThread
{
    /// <summary>How large a thread's kernel stack is, in bytes.</summary>
    internal const ulong StackSize = 32 << 10;

    private const ulong InterruptFlag = 1 << 9;

    /// <summary>Makes a thread. It does not run until somebody switches to it.</summary>
    /// <param name="stackTop">The end of a new stack, 16-byte aligned.</param>
    /// <param name="function">What it runs; never returns.</param>
    /// <param name="argument">What that gets.</param>
    internal static Thread* Create(ulong stackTop, delegate*<void*, void> function, void* argument)
    {
        ulong top = PageSize.AlignDown(stackTop - (ulong)sizeof(Thread), CacheLine.Size);
        Thread* thread = (Thread*)top;
        *thread = default;
        thread->KernelStackTop = top;

        // As if it had switched away: what ContextSwitch.To pops, and where it returns to.
        SavedRegisters* saved = (SavedRegisters*)top - 1;
        *saved = default;
        saved->Rbx = (ulong)function;
        saved->R12 = (ulong)argument;
        saved->Return = (ulong)(delegate*<void>)&ContextSwitch.Enter;
        thread->StackPointer = (ulong)saved;
        return thread;
    }

    /// <summary>Leaves the boot stack for good.</summary>
    [DoesNotReturn]
    internal static void Start(Thread* first)
    {
        Instructions.DisableInterrupts();
        Become(first);
        ulong abandoned;
        ContextSwitch.To(&abandoned, first->StackPointer);
        Panic.Because("the boot stack was switched back to"u8);
    }

    /// <summary>Lets another thread run on this core. Returns when somebody switches back.</summary>
    internal static void SwitchTo(Thread* next)
    {
        bool interrupts = (Instructions.ReadFlags() & InterruptFlag) != 0;
        Instructions.DisableInterrupts();
        Thread* self = CoreBlock.Current->Running;
        if (self != next)
        {
            self->ThreadPointer = Instructions.ReadFsBase();
            if (self->VectorArea != null) VectorState.Save(self->VectorArea);
            Become(next);
            ContextSwitch.To(&self->StackPointer, next->StackPointer);
        }
        if (interrupts) Instructions.EnableInterrupts();
    }

    private static void Become(Thread* next)
    {
        CoreBlock* core = CoreBlock.Current;
        core->Running = next;
        core->KernelStackTop = next->KernelStackTop;
        Instructions.WriteFsBase(next->ThreadPointer);
        if (next->VectorArea != null) VectorState.Restore(next->VectorArea);
    }
}
