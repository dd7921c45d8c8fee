using System.Runtime;
using System.Runtime.CompilerServices;

namespace AzaleaOS.Cpu;

/// <summary>Calls code that is rarely run, without making its caller pay for the vector registers that it may use.</summary>
/// <remarks>A system call saves the vector registers that the code checker finds its method may change; what is called through here does not count.</remarks>
internal static unsafe class ColdCall
{
    /// <summary>Calls a function.</summary>
    internal static void Invoke(delegate*<void*, void> function, void* argument)
    {
        // On the host there are no assembler methods.
        if (RuntimeFeature.IsDynamicCodeSupported) function(argument);
        else Call(function, argument);
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_call_keeping_vectors")]
    private static extern void Call(delegate*<void*, void> function, void* argument);
}
