namespace AzaleaOS.Files;

/// <summary>Device numbers as Linux shows them to programs.</summary>
/// <remarks>Source: Linux, include/linux/kdev_t.h, huge_encode_dev.</remarks>
internal static class DeviceNumber
{
    /// <summary>The number of a major and a minor.</summary>
    internal static ulong Of(uint major, uint minor)
        => (minor & 0xff) | ((ulong)(major & 0xfff) << 8) | ((ulong)(minor & ~0xffu) << 12);

    /// <summary>Its major.</summary>
    internal static uint Major(ulong device) => (uint)(device >> 8) & 0xfff;

    /// <summary>Its minor.</summary>
    internal static uint Minor(ulong device) => (uint)(device & 0xff) | ((uint)(device >> 12) & ~0xffu);
}
