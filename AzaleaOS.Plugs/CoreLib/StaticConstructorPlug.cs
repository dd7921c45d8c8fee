using System.Runtime;
using System.Runtime.CompilerServices;

namespace AzaleaOS.Plugs.CoreLib;

/// <summary>Static constructors that ilc could not run at build time make the build fail.</summary>
/// <remarks>
/// At run time each access to such a class would test whether its constructor has run, on any core and
/// in any interrupt. The plug refers to a symbol that nothing defines, and only if it is reached.
/// </remarks>
[Plug("System.Runtime.CompilerServices.ClassConstructorRunner, System.Private.CoreLib")]
public static unsafe class StaticConstructorPlug
{
    /// <summary>Called by every access to a static field of a class with such a constructor.</summary>
    public static void EnsureClassConstructorRun(void* pContext) => RunAtRunTime(pContext);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_static_constructor_at_run_time")]
    private static extern void RunAtRunTime(void* context);
}
