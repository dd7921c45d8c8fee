namespace AzaleaOS.Syscalls;

/// <summary>struct __user_cap_data_struct: 32 capabilities.</summary>
/// <remarks>Source: Linux, include/uapi/linux/capability.h.</remarks>
internal struct CapabilitySet
{
    /// <summary>In force.</summary>
    internal uint Effective;

    /// <summary>That can be put in force.</summary>
    internal uint Permitted;

    /// <summary>That a program executed next would get.</summary>
    internal uint Inheritable;
}
