using System.Runtime;
using AzaleaOS.Abi;

namespace AzaleaOS.Syscalls;

/// <summary>Numbers without a method.</summary>
internal static class Unknown
{
    /// <summary>Answers -ENOSYS; the trace names the call.</summary>
    [RuntimeExport("azalea_sys_unknown")]
    internal static long Answer(ulong number) => -Errno.ENOSYS;
}
