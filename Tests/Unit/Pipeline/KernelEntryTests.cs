using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Pipeline;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace AzaleaOS.Tests.Unit.Pipeline;

public sealed class KernelEntryTests : IDisposable
{
    private static readonly string s_kernel = typeof(Kernel).Assembly.Location;
    private static readonly string s_abi = typeof(System.Runtime.RuntimeExportAttribute).Assembly.Location;
    private static readonly string s_tests = typeof(KernelEntryTests).Assembly.Location;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_entry_makes_the_kernel_at_build_time_and_starts_it()
    {
        Write(typeof(Samples.Good).FullName);

        using ModuleDefinition module = ModuleDefinition.ReadModule(_folder["Entry.dll"]);
        TypeDefinition entry = module.GetType("AzaleaOS.KernelEntry");
        MethodDefinition start = entry.Methods.Single(method => method.Name == "Start");
        Assert.Equal(KernelEntry.Symbol, start.CustomAttributes.Single().ConstructorArguments.Single().Value);
        Assert.Equal("System.Runtime.RuntimeExportAttribute", start.CustomAttributes.Single().AttributeType.FullName);
        Assert.Contains(start.Body.Instructions, instruction => instruction.Operand is MethodReference { FullName: "System.Void AzaleaOS.Kernel::Start(System.UInt32,System.UInt64)" });

        // Without beforefieldinit the compiler would have to run the constructor when the kernel starts.
        Assert.True(entry.IsBeforeFieldInit);
        Instruction create = entry.Methods.Single(method => method.IsConstructor).Body.Instructions[0];
        Assert.Equal(typeof(Samples.Good).FullName, ((MethodReference)create.Operand).DeclaringType.FullName);
    }

    [Fact]
    public void The_same_input_gives_the_same_bytes()
    {
        Write(typeof(Samples.Good).FullName);
        byte[] first = File.ReadAllBytes(_folder["Entry.dll"]);
        Write(typeof(Samples.Good).FullName);

        Assert.Equal(first, File.ReadAllBytes(_folder["Entry.dll"]));
    }

    [Fact]
    public void A_class_that_derives_through_another_one_is_a_kernel_too() => Write(typeof(Samples.Derived).FullName);

    [Fact]
    public void Two_kernel_classes_are_an_error_that_names_both_and_the_property()
    {
        BuildDiagnostic error = Assert.Single(Assert.Throws<BuildException>(() => Write(null)).Diagnostics);

        Assert.Equal("AZ1902", error.Code);
        Assert.Contains("AzaleaKernelClass", error.Message, StringComparison.Ordinal);
        Assert.Contains(typeof(Samples.Derived).FullName!, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_kernel_class_is_an_error_that_says_what_one_looks_like()
    {
        BuildException failure = Assert.Throws<BuildException>(() => KernelEntry.Write(s_abi, s_kernel, s_abi, null, _folder["Entry.dll"]));

        Assert.Equal("AZ1901", Assert.Single(failure.Diagnostics).Code);
    }

    [Theory]
    [InlineData("No.Such.Class", "AZ1901")]
    [InlineData("AzaleaOS.Tests.Unit.Pipeline.KernelEntryTests", "AZ1901")]
    [InlineData("AzaleaOS.Tests.Unit.Pipeline.Samples.NeedsAnArgument", "AZ1903")]
    public void A_class_that_cannot_be_the_kernel_is_an_error(string name, string code) =>
        Assert.Equal(code, Assert.Single(Assert.Throws<BuildException>(() => Write(name)).Diagnostics).Code);

    [Fact]
    public void An_error_about_a_class_points_at_its_source()
    {
        BuildDiagnostic error = Assert.Single(Assert.Throws<BuildException>(() => Write("AzaleaOS.Tests.Unit.Pipeline.Samples.NeedsAnArgument")).Diagnostics);

        Assert.EndsWith("NeedsAnArgument.cs", error.File, StringComparison.Ordinal);
        Assert.True(error.Line > 0);
    }

    private void Write(string? kernelClass) => KernelEntry.Write(s_tests, s_kernel, s_abi, kernelClass, _folder["Entry.dll"]);
}
