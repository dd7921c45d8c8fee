using System.Runtime.InteropServices;

namespace AzaleaOS.Threads;

/// <summary>A thread of the kernel or of the application.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Thread
{
    /// <summary>rsp while the thread does not run; the context switch stores it here.</summary>
    internal ulong StackPointer;

    /// <summary>Top of the thread's kernel stack.</summary>
    internal ulong KernelStackTop;

    /// <summary>Linux's thread id.</summary>
    internal int Id;
}
