namespace AzaleaOS.Abi.Linux;

/// <summary>AF_ constants of sockets.</summary>
/// <remarks>Source: Linux, include/linux/socket.h.</remarks>
public enum AddressFamily : ushort
{
    /// <summary>AF_UNSPEC.</summary>
    Unspecified = 0,

    /// <summary>AF_UNIX.</summary>
    Unix = 1,

    /// <summary>AF_INET.</summary>
    Internet = 2,

    /// <summary>AF_INET6.</summary>
    Internet6 = 10,
}
