// The NativeAOT compiler recognises this attribute by its full name, in any assembly.
namespace System.Runtime;

/// <summary>Binds an extern method to a symbol: a plain <c>call</c>, no transition, no marshalling.</summary>
/// <remarks>The method must also carry <c>[MethodImpl(MethodImplOptions.InternalCall)]</c>.</remarks>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Constructor, Inherited = false)]
public sealed class RuntimeImportAttribute(string entry) : Attribute
{
    /// <summary>The symbol.</summary>
    public string EntryPoint { get; } = entry;
}
