using System.Runtime;
using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>Makes the <c>syscall</c> instruction reach the kernel's table.</summary>
/// <remarks>Source: SDM vol. 3A, 5.8.8. No sysret: the caller runs in ring 0 and is left by a jump.</remarks>
internal static unsafe class SystemCalls
{
    // What syscall clears: TF, IF, DF, IOPL, NT, RF, AC.
    internal const ulong FlagMask = 0x100 | 0x200 | 0x400 | 0x3000 | 0x4000 | 0x1_0000 | 0x4_0000;

    /// <summary>Whether cores that are enabled from now on trace. Set before other cores start.</summary>
    internal static bool IsTraced { get; set; }

    /// <summary>Where the stubs of promoted sites jump to.</summary>
    internal static ulong PromotedEntry => (ulong)(IsTraced ? (delegate*<void>)&PromotedTraceEntry : (delegate*<void>)&PlainPromotedEntry);

    /// <summary>Where the slots of a linked program's table lead.</summary>
    internal static ulong LinkedEntry => (ulong)(IsTraced ? (delegate*<void>)&LinkedTraceEntry : (delegate*<void>)&PlainLinkedEntry);

    /// <summary>Sets this core's registers.</summary>
    internal static void Enable()
    {
        Instructions.WriteMsr(Msr.Star, (ulong)SegmentTable.CodeSelector << 32);
        Instructions.WriteMsr(Msr.LongStar, (ulong)(IsTraced ? (delegate*<void>)&TraceEntry : (delegate*<void>)&Entry));
        Instructions.WriteMsr(Msr.SystemCallFlagMask, FlagMask);
        Instructions.WriteMsr(Msr.Efer, Instructions.ReadMsr(Msr.Efer) | Msr.EferSystemCall);
    }

    /// <summary>Sends the <c>syscall</c> instruction of this core to <c>azalea_sys_traced</c>. Calls through the symbol are not traced.</summary>
    internal static void Trace() => Instructions.WriteMsr(Msr.LongStar, (ulong)(delegate*<void>)&TraceEntry);

    /// <summary>The method that answers a number: a function with the arguments in C's registers; null if there is none.</summary>
    internal static delegate*<ulong, ulong, ulong, ulong, ulong, ulong, long> Find(ulong number)
    {
        if (number >= AzaleaCall.First) return FindOwn(number - AzaleaCall.First);
        if (number >= *(ulong*)(delegate*<void>)&Count) return null;

        void* method = ((void**)(delegate*<void>)&MethodTable)[number];
        if (method == (delegate*<void>)&UnknownNumber)
        {
            // A leaf is in the other table; a number without a method is in neither.
            method = ((void**)(delegate*<void>)&CallTable)[number];
            if (method == (delegate*<void>)&CallOnKernelStack) return null;
        }
        return (delegate*<ulong, ulong, ulong, ulong, ulong, ulong, long>)method;
    }

    private static delegate*<ulong, ulong, ulong, ulong, ulong, ulong, long> FindOwn(ulong index)
    {
        if (index >= *(ulong*)(delegate*<void>)&OwnCount) return null;
        void* method = ((void**)(delegate*<void>)&OwnMethodTable)[index];
        return (delegate*<ulong, ulong, ulong, ulong, ulong, ulong, long>)(method == (delegate*<void>)&UnknownNumber ? null : method);
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_syscall_entry")]
    private static extern void Entry();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_syscall_trace_entry")]
    private static extern void TraceEntry();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_promoted_entry")]
    private static extern void PlainPromotedEntry();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_promoted_trace_entry")]
    private static extern void PromotedTraceEntry();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_linked_entry")]
    private static extern void PlainLinkedEntry();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_linked_trace_entry")]
    private static extern void LinkedTraceEntry();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_method_table")]
    private static extern void MethodTable();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_call_table")]
    private static extern void CallTable();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_syscall_count")]
    private static extern void Count();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_own_method_table")]
    private static extern void OwnMethodTable();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_own_count")]
    private static extern void OwnCount();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_unknown_number")]
    private static extern void UnknownNumber();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_call_on_kernel_stack")]
    private static extern void CallOnKernelStack();
}
