using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Threads;

/// <summary>Makes threads and switches between them. Who runs when is for the <see cref="Scheduler"/> to decide.</summary>
internal static unsafe class KernelThread
{
    /// <summary>How large a thread's kernel stack is, in bytes, with what lies at its top.</summary>
    internal const ulong StackSize = 32 << 10;

    /// <summary>Makes a thread of the kernel. It does not run until somebody switches to it.</summary>
    /// <param name="stackTop">The end of a new stack of <see cref="StackSize"/> bytes.</param>
    /// <param name="function">What it runs; never returns.</param>
    /// <param name="argument">What that gets.</param>
    internal static Thread* Create(ulong stackTop, delegate*<void*, void> function, void* argument)
        => Create(stackTop, 0, function, argument);

    /// <summary>Makes a thread of the application: one with vector registers, which the caller has to fill in.</summary>
    /// <param name="node">The NUMA node its stack should be of.</param>
    /// <param name="function">What it runs first, in the kernel; never returns. It gets the thread.</param>
    /// <returns>Null when memory is exhausted.</returns>
    internal static Thread* CreateForApplication(uint node, delegate*<void*, void> function)
    {
        ulong stack = KernelStacks.Take(StackSize, node);
        if (stack == 0) return null;
        Thread* thread = Create(stack, (uint)VectorState.Size, function, null);
        ((SavedRegisters*)thread->StackPointer)->R12 = (ulong)thread;
        return thread;
    }

    /// <summary>Gives back the stack of a thread that has ended and is not used any more.</summary>
    internal static void Recycle(Thread* thread) => KernelStacks.Return(thread->StackMemoryTop, StackSize);

    /// <summary>Leaves the boot stack for good.</summary>
    [DoesNotReturn]
    internal static void Start(Thread* first)
    {
        Become(CoreBlock.Current, first);
        ulong abandoned;
        ContextSwitch.To(&abandoned, first->StackPointer);
        Panic.Because("the boot stack was switched back to"u8);
    }

    /// <summary>Lets another thread run on this core. Returns when somebody switches back, perhaps on another core.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SwitchTo(CoreBlock* core, Thread* self, Thread* next)
    {
        if (self->VectorArea != null) VectorState.Save(self->VectorArea);
        Become(core, next);
        ContextSwitch.To(&self->StackPointer, next->StackPointer);
    }

    [SkipLocalsInit]
    private static Thread* Create(ulong stackTop, uint vectorBytes, delegate*<void*, void> function, void* argument)
    {
        ulong vectors = PageSize.AlignDown(stackTop - vectorBytes, CacheLine.Size);
        ulong top = PageSize.AlignDown(vectors - (ulong)sizeof(Thread), CacheLine.Size);
        Thread* thread = (Thread*)top;
        *thread = default;
        thread->KernelStackTop = top;
        thread->StackMemoryTop = stackTop;
        thread->VectorArea = vectorBytes == 0 ? null : (void*)vectors;

        // A frame of the application lies above what the thread runs first. As if it had switched away: what
        // ContextSwitch.To pops, and where it returns to.
        ulong start = vectorBytes == 0 ? top : (ulong)thread->EntryFrame - (ulong)sizeof(ulong) * 32;
        SavedRegisters* saved = (SavedRegisters*)start - 1;
        *saved = default;
        saved->Rbx = (ulong)function;
        saved->R12 = (ulong)argument;
        saved->Return = (ulong)(delegate*<void>)&ContextSwitch.Enter;
        thread->StackPointer = (ulong)saved;
        return thread;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Become(CoreBlock* core, Thread* next)
    {
        core->Running = next;
        core->KernelStackTop = next->KernelStackTop;
        if (next->Work != 0) CoreWork.Request(core, CoreWork.Thread);
        if (next->VectorArea == null) return;
        Instructions.WriteFsBase(next->ThreadPointer);
        VectorState.Restore(next->VectorArea);
    }
}
