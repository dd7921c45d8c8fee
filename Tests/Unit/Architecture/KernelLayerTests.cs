using Mono.Cecil;

namespace AzaleaOS.Tests.Unit.Architecture;

/// <summary>The folders of the kernel are layers: each may use those before it, never those after.</summary>
public sealed class KernelLayerTests
{
    [Fact]
    public void A_layer_of_the_kernel_uses_only_those_below_it()
    {
        using ModuleDefinition kernel = ReadKernel();

        Law.Holds(LayerUse.Violations(kernel));
    }

    /// <summary>Externs that are no instructions: the switch between two stacks, and the addresses that the linker knows.</summary>
    private static readonly string[] s_otherExterns = ["AzaleaOS.Threads.ContextSwitch", "AzaleaOS.Boot.KernelImage"];

    [Fact]
    public void What_only_assembler_can_do_is_declared_in_Cpu_and_Diagnostics()
    {
        using ModuleDefinition kernel = ReadKernel();

        Law.Holds(kernel.GetTypes()
            .Where(type => LayerUse.LayerOf(type) is not ("Cpu" or "Diagnostics") && !s_otherExterns.Contains(type.FullName))
            .SelectMany(type => type.Methods)
            .Where(method => method.IsInternalCall || method.IsPInvokeImpl)
            .Select(method => method.FullName));
    }

    [Fact]
    public void A_use_is_seen_wherever_it_hides_and_a_pointer_is_none()
    {
        using ModuleDefinition own = ModuleDefinition.ReadModule(typeof(UsesEverything).Assembly.Location);
        TypeDefinition type = own.GetType(typeof(UsesEverything).FullName);

        Assert.Equal(
            ["InArgument", "InAttribute", "InBody", "InField", "InGeneric", "InLocal"],
            LayerUse.UsedBy(type).Select(used => used.Name).Where(name => name.StartsWith("In", StringComparison.Ordinal)).Distinct().Except(["Int32"]).Order(StringComparer.Ordinal));
    }

    private static ModuleDefinition ReadKernel() => ModuleDefinition.ReadModule(
        typeof(AzaleaOS.Cpu.TrapFrame).Assembly.Location, new ReaderParameters { ReadSymbols = true });
}
