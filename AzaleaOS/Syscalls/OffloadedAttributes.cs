namespace AzaleaOS.Syscalls;

/// <summary>Extended attributes by path.</summary>
/// <remarks>Where the files are the kernel's, the kernel's own methods answer. <see cref="Forwarding"/> says what the letters mean.</remarks>
internal static class OffloadedAttributes
{
    /// <summary>setxattr(2).</summary>
    [OffloadedSyscall(188)]
    internal static long SetAttribute(ulong path, ulong name, ulong value, ulong size, int flags)
        => ForwardedCall.Try(188, "psvnn"u8, out long result, [path, name, value, size, (ulong)flags]) ? result : ExtendedAttributeCalls.Set(Redirection.Take(path), name, value, size, flags);

    /// <summary>lsetxattr(2).</summary>
    [OffloadedSyscall(189)]
    internal static long SetAttributeOfLink(ulong path, ulong name, ulong value, ulong size, int flags)
        => ForwardedCall.Try(189, "psvnn"u8, out long result, [path, name, value, size, (ulong)flags]) ? result : ExtendedAttributeCalls.SetOfLink(Redirection.Take(path), name, value, size, flags);

    /// <summary>getxattr(2).</summary>
    [OffloadedSyscall(191)]
    internal static long GetAttribute(ulong path, ulong name, ulong value, ulong size)
        => ForwardedCall.Try(191, "psbz"u8, out long result, [path, name, value, size]) ? result : ExtendedAttributeCalls.Get(Redirection.Take(path), name, value, size);

    /// <summary>lgetxattr(2).</summary>
    [OffloadedSyscall(192)]
    internal static long GetAttributeOfLink(ulong path, ulong name, ulong value, ulong size)
        => ForwardedCall.Try(192, "psbz"u8, out long result, [path, name, value, size]) ? result : ExtendedAttributeCalls.GetOfLink(Redirection.Take(path), name, value, size);

    /// <summary>listxattr(2).</summary>
    [OffloadedSyscall(194)]
    internal static long ListAttributes(ulong path, ulong list, ulong size)
        => ForwardedCall.Try(194, "pbz"u8, out long result, [path, list, size]) ? result : ExtendedAttributeCalls.List(Redirection.Take(path), list, size);

    /// <summary>llistxattr(2).</summary>
    [OffloadedSyscall(195)]
    internal static long ListAttributesOfLink(ulong path, ulong list, ulong size)
        => ForwardedCall.Try(195, "pbz"u8, out long result, [path, list, size]) ? result : ExtendedAttributeCalls.ListOfLink(Redirection.Take(path), list, size);

    /// <summary>removexattr(2).</summary>
    [OffloadedSyscall(197)]
    internal static long RemoveAttribute(ulong path, ulong name)
        => ForwardedCall.Try(197, "ps"u8, out long result, [path, name]) ? result : ExtendedAttributeCalls.Remove(Redirection.Take(path), name);

    /// <summary>lremovexattr(2).</summary>
    [OffloadedSyscall(198)]
    internal static long RemoveAttributeOfLink(ulong path, ulong name)
        => ForwardedCall.Try(198, "ps"u8, out long result, [path, name]) ? result : ExtendedAttributeCalls.RemoveOfLink(Redirection.Take(path), name);
}
