namespace AzaleaOS.Syscalls;

/// <summary>struct __user_cap_header_struct.</summary>
/// <remarks>Source: Linux, include/uapi/linux/capability.h.</remarks>
internal struct CapabilityHeader
{
    /// <summary>_LINUX_CAPABILITY_VERSION_3 and its ancestors.</summary>
    internal uint Version;

    /// <summary>Whose; 0 for the caller's.</summary>
    internal int Process;
}
