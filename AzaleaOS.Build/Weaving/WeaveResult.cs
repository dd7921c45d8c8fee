using AzaleaOS.Build.Compilation;

namespace AzaleaOS.Build.Weaving;

/// <summary>What the weaver wrote.</summary>
/// <param name="Assemblies">Woven file of each target, in the order of <see cref="WeaveRequest.Targets"/>.</param>
/// <param name="Syscalls">The methods with <c>[Syscall]</c> in all targets, by number.</param>
/// <param name="Reused">The woven files that were up to date and were left alone.</param>
public sealed record WeaveResult(
    IReadOnlyList<string> Assemblies,
    IReadOnlyList<SyscallEntry> Syscalls,
    IReadOnlyList<string> Reused);
