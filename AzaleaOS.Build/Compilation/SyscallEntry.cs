namespace AzaleaOS.Build.Compilation;

/// <summary>A method with <c>[Syscall]</c>, found by the weaver, for the generated table.</summary>
/// <param name="Number">Linux's number.</param>
/// <param name="Symbol">The symbol that the weaver gave the method: "azalea_sys_39".</param>
/// <param name="Method">The C# name, "AzaleaOS.Syscalls.Identity.GetPid".</param>
/// <param name="ParameterCount">0 to 6.</param>
/// <param name="Leaf">Runs on the caller's stack.</param>
/// <param name="File">The C# file that holds the method, if its PDB tells.</param>
/// <param name="Line">The line of its body, or 0.</param>
/// <param name="SeesFrame">Looks at the registers of its caller: the whole trap frame is there while it runs.</param>
public sealed record SyscallEntry(
    int Number, string Symbol, string Method, int ParameterCount, bool Leaf, string? File = null, int Line = 0, bool SeesFrame = false);
