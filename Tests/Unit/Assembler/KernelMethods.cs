using AzaleaOS.Build.Assembler;
using Ports = AzaleaOS.Plugs.Assembler.Ports;

namespace AzaleaOS.Tests.Unit.Assembler;

/// <summary>The kernel's own assembler methods, as a build would write them.</summary>
internal static class KernelMethods
{
    /// <summary>All of them, and what the test adds.</summary>
    internal static KernelObject With(Action<KernelObject> add)
    {
        var result = new KernelObject();
        AssemblerMethods.AddAll(typeof(Ports).Assembly, typeof(Ports).Assembly.Location, result);
        add(result);
        return result;
    }

    internal static LoadedObject Load() => new(With(_ => { }));
}
