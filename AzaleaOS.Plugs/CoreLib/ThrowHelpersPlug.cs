using System.Diagnostics.CodeAnalysis;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Plugs.CoreLib;

/// <summary>The helpers that compiled code itself calls, with plain messages.</summary>
[Plug("Internal.Runtime.CompilerHelpers.ThrowHelpers, System.Private.CoreLib")]
public static class ThrowHelpersPlug
{
    /// <summary>An index outside its array or span.</summary>
    [DoesNotReturn]
    public static void ThrowIndexOutOfRangeException() => Panic.Because("index out of range"u8);

    /// <summary>A null reference where one was checked for.</summary>
    [DoesNotReturn]
    public static void ThrowNullReferenceException() => Panic.Because("null reference"u8);

    /// <summary>A division by zero.</summary>
    [DoesNotReturn]
    public static void ThrowDivideByZeroException() => Panic.Because("division by zero"u8);

    /// <summary>A checked operation whose result does not fit.</summary>
    [DoesNotReturn]
    public static void ThrowOverflowException() => Panic.Because("arithmetic overflow"u8);

    /// <summary>A method of CoreLib that does not exist on this platform.</summary>
    [DoesNotReturn]
    public static void ThrowPlatformNotSupportedException() => Panic.Because("not supported on this platform"u8);
}
