using System.Runtime.InteropServices;

namespace AzaleaOS.Threads;

/// <summary>A thread of the kernel or of the application. Lies at the top of its own kernel stack.</summary>
/// <remarks>
/// Written by: the core that runs it; before its first switch, by whoever makes it.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Thread
{
    /// <summary>rsp while the thread does not run; the context switch stores it here.</summary>
    internal ulong StackPointer;

    /// <summary>Top of the thread's kernel stack: the first byte above it is this structure's.</summary>
    internal ulong KernelStackTop;

    /// <summary>Linux's thread id.</summary>
    internal int Id;

    /// <summary>The application's thread pointer (FS base) while the thread does not run.</summary>
    internal ulong ThreadPointer;

    /// <summary>
    /// Where the application's vector registers are kept while the thread does not run: 64-byte aligned,
    /// <c>VectorState.Size</c> bytes. Null for a kernel thread, which keeps none across a switch.
    /// </summary>
    internal void* VectorArea;
}
