using System.Diagnostics.CodeAnalysis;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Plugs.CoreLib;

/// <summary>CoreLib's helpers that throw end in a panic that names them: the kernel has no exceptions.</summary>
/// <remarks>Some three hundred methods, all those with "Throw" in their name that cannot return.</remarks>
[Plug("*, System.Private.CoreLib")]
public static class ThrowPlug
{
    /// <summary>Any helper without a message of its own.</summary>
    [PlugMethod(TargetName = "*Throw*", IsWildcard = true)]
    [DoesNotReturn]
    public static void Throw([TargetMember] ReadOnlySpan<byte> helper) => Panic.Because(helper);
}
