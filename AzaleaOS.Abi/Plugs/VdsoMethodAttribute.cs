namespace AzaleaOS.Plugs;

/// <summary>
/// A static method that takes a <c>KernelAssembler</c> and writes a function of the vDSO: the shared object that
/// the kernel maps into every program. Programs find it as <c>__vdso_NAME</c>, and weakly as <c>NAME</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class VdsoMethodAttribute(string name) : Attribute
{
    /// <summary>The name without its prefix: <c>clock_gettime</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The system call that linked programs make by a call of this function, which keeps all registers but rax, rcx and r11; -1 for none.</summary>
    /// <remarks>Such a function is found by its slot alone: the shared object does not export it.</remarks>
    public int Slot { get; init; } = -1;
}
