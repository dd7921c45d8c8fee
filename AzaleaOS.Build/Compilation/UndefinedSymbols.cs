namespace AzaleaOS.Build.Compilation;

/// <summary>Says what a symbol that the linker cannot find means for the C# line that asked for it.</summary>
/// <remarks>
/// The kernel is compiled against the whole class library but linked with no managed runtime, so what
/// needs the runtime (the heap, exceptions, dynamic casts, threads) is left undefined on purpose.
/// </remarks>
public static class UndefinedSymbols
{
    private const string NoHeap = "the kernel has no heap";

    private static readonly (string Start, string Code, string Message)[] s_rules =
    [
        ("RhpNewArray", CompilerCodes.Allocates, $"allocates an array: {NoHeap}; use stackalloc, a fixed buffer or a slab"),
        ("RhpNewPtrArray", CompilerCodes.Allocates, $"allocates an array: {NoHeap}; use stackalloc, a fixed buffer or a slab"),
        ("RhpNewVariableSizeObject", CompilerCodes.Allocates, $"allocates an array: {NoHeap}; use stackalloc, a fixed buffer or a slab"),
        ("RhNewArray", CompilerCodes.Allocates, $"allocates an array: {NoHeap}; use stackalloc, a fixed buffer or a slab"),
        ("RhNewVariableSizeObject", CompilerCodes.Allocates, $"allocates an array: {NoHeap}; use stackalloc, a fixed buffer or a slab"),
        ("RhNewString", CompilerCodes.Allocates, $"makes a string: {NoHeap}; use a u8 literal or a Span<byte>"),
        ("RhpNew", CompilerCodes.Allocates, $"allocates an object (new of a class, boxing, a lambda or an exception): {NoHeap}; use a struct, a pointer into a slab or a function pointer"),
        ("RhNew", CompilerCodes.Allocates, $"allocates an object (new of a class, boxing, a lambda or an exception): {NoHeap}; use a struct, a pointer into a slab or a function pointer"),
        ("RhBox", CompilerCodes.Allocates, $"boxes a value: {NoHeap}; keep it in a typed variable"),
        ("RhpGcAlloc", CompilerCodes.Allocates, $"allocates: {NoHeap}"),
        ("RhAllocate", CompilerCodes.Allocates, $"allocates: {NoHeap}"),
        ("RhpThrow", CompilerCodes.Throws, "throws an exception: the kernel has none; return an Errno or call Panic.Because"),
        ("RhpRethrow", CompilerCodes.Throws, "throws an exception: the kernel has none; return an Errno or call Panic.Because"),
        ("RhThrow", CompilerCodes.Throws, "throws an exception: the kernel has none; return an Errno or call Panic.Because"),
        ("RhpAssignRef", CompilerCodes.StoresReference, $"stores a reference to an object: {NoHeap} and no collector to tell; use a pointer or a static readonly value that is known at build time"),
        ("RhpCheckedAssignRef", CompilerCodes.StoresReference, $"stores a reference to an object: {NoHeap} and no collector to tell; use a pointer or a static readonly value that is known at build time"),
        ("RhpByRefAssignRef", CompilerCodes.StoresReference, $"copies a structure that holds a reference to an object: {NoHeap} and no collector to tell; use a pointer"),
        ("RhpStelemRef", CompilerCodes.StoresReference, $"stores a reference to an object: {NoHeap} and no collector to tell; use a pointer"),
        ("RhpInterlocked", CompilerCodes.StoresReference, $"exchanges a reference to an object: {NoHeap} and no collector to tell; use a pointer"),
        ("RhpCheckedLockCmpXchg", CompilerCodes.StoresReference, $"exchanges a reference to an object: {NoHeap} and no collector to tell; use a pointer"),
        ("RhpCheckedXchg", CompilerCodes.StoresReference, $"exchanges a reference to an object: {NoHeap} and no collector to tell; use a pointer"),
        ("RhpInitialDynamicInterfaceDispatch", CompilerCodes.Dispatches, "calls through an interface: nothing resolves it at run time; use a generic parameter constrained to the interface, or a function pointer"),
        ("RhpInterfaceDispatch", CompilerCodes.Dispatches, "calls through an interface: nothing resolves it at run time; use a generic parameter constrained to the interface, or a function pointer"),
        ("RhpResolveInterfaceMethod", CompilerCodes.Dispatches, "takes a method of an interface: nothing resolves it at run time; use a function pointer"),
        ("RhTypeCast", CompilerCodes.Dispatches, "casts an object: nothing checks types at run time"),
        ("RhpTypeCast", CompilerCodes.Dispatches, "casts an object: nothing checks types at run time"),
        ("RhUnbox", CompilerCodes.Dispatches, "unboxes an object: nothing checks types at run time"),
        ("RhGetThreadStaticStorage", CompilerCodes.ThreadStatic, "uses a [ThreadStatic] field: use a field of CoreBlock or of Thread"),
        ("RhpGetThread", CompilerCodes.ThreadStatic, "uses a [ThreadStatic] field: use a field of CoreBlock or of Thread"),
        ("__tls_get_addr", CompilerCodes.ThreadStatic, "uses a [ThreadStatic] field: use a field of CoreBlock or of Thread"),
        (StaticConstructorSymbol, CompilerCodes.StaticConstructor, "has static fields that ilc could not compute at build time: give them initialisers without calls that read memory or allocate, or set them in a method that boot calls"),
        ("RhpPInvoke", CompilerCodes.NativeCall, "calls native code by DllImport: there is none; use [RuntimeImport] for an assembler method"),
        ("RhpTrapThreads", CompilerCodes.NativeCall, "calls native code by DllImport: there is none; use [RuntimeImport] for an assembler method"),
        ("RhpGcPoll", CompilerCodes.NativeCall, "calls native code by DllImport: there is none; use [RuntimeImport] for an assembler method"),
        ("g_cpuFeatures", CompilerCodes.NeedsRuntime, "asks at run time which instructions the processor has: the kernel is compiled for x86-64 with SSE2 alone; write the operation with shifts and masks"),
        ("RhCpuIdEx", CompilerCodes.NeedsRuntime, "runs CPUID through the class library: use Instructions.CpuId"),
        ("SystemNative_", CompilerCodes.NativeCall, "calls the operating system: this is the operating system"),
        ("Rh", CompilerCodes.NeedsRuntime, "needs the managed runtime, which the kernel does not have"),
    ];

    /// <summary>
    /// What CoreLib's plug for lazy static constructors refers to, and nothing defines: the reference
    /// makes such a constructor an error of the build.
    /// </summary>
    public const string StaticConstructorSymbol = "azalea_static_constructor_at_run_time";

    /// <summary>Orders symbols by how well they name a cause: what says most comes first.</summary>
    internal static int Rank(string symbol)
    {
        int rule = Array.FindIndex(s_rules, rule => symbol.StartsWith(rule.Start, StringComparison.Ordinal));
        return symbol == StaticConstructorSymbol ? -1 : rule < 0 ? s_rules.Length : rule;
    }

    /// <summary>The code and the message, to be reported at each line that refers to the symbol.</summary>
    public static (string Code, string Message) Explain(string symbol)
    {
        foreach ((string start, string code, string message) in s_rules)
        {
            if (symbol.StartsWith(start, StringComparison.Ordinal))
                return (code, $"{message} ({symbol})");
        }
        return (CompilerCodes.Undefined, symbol.StartsWith("azalea_", StringComparison.Ordinal)
            ? $"needs {symbol}, which nothing defines: write an [AssemblerMethod(\"{symbol}\")] or a method with [RuntimeExport(\"{symbol}\")]"
            : $"needs {symbol}, which nothing defines: the kernel is linked with no native library");
    }
}
