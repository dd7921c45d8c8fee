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
}
