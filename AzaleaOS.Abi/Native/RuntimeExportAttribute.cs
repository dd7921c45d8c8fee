// The NativeAOT compiler recognises this attribute by its full name, in any assembly.
namespace System.Runtime;

/// <summary>Gives a static method a fixed symbol name in the object that ilc writes, and keeps it alive.</summary>
/// <remarks>Calls through the symbol use the managed convention, which on x86-64 Linux is the System V ABI.</remarks>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class RuntimeExportAttribute(string entry) : Attribute
{
    /// <summary>The symbol.</summary>
    public string EntryPoint { get; } = entry;
}
