using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Linking;
using AzaleaOS.Tests.Unit.Elf;

namespace AzaleaOS.Tests.Unit.Linking;

public sealed class MethodNamesTests
{
    [Theory]
    [InlineData("sample_deep", "Sample.Calls.Deep")]
    [InlineData("sample_generic", "Sample.Calls.Generic")]
    public void Every_symbol_of_a_function_leads_to_its_CSharp_name(string symbol, string name)
    {
        ElfImage image = ElfImage.Of(CompiledSample.Object);
        Assert.True(image.TryGetAddress(symbol, out ulong address));
        using var names = new MethodNames([CompiledSample.Assembly]);
        Assert.Equal(name, names.Of(image.FunctionAt(address)!.Names));
    }

    [Fact]
    public void A_method_of_a_generic_type_is_named_without_its_arguments()
    {
        ElfFunction add = ElfImage.Of(CompiledSample.Object).Functions.Single(f => f.Names.Any(n => n.EndsWith("__Add", StringComparison.Ordinal)));
        using var names = new MethodNames([CompiledSample.Assembly]);
        Assert.Equal("Sample.Counter.Add", names.Of(add.Names));
    }

    [Theory]
    [InlineData("S_P_CoreLib_System_ArgumentException___ctor_3", "System.ArgumentException..ctor")]
    [InlineData("S_P_CoreLib_System_SpanHelpers__Fill<UInt8>", "System.SpanHelpers.Fill")]
    [InlineData("S_P_CoreLib_System_Text_StringBuilder__Append_12", "System.Text.StringBuilder.Append")]
    public void The_class_librarys_names_are_known_too(string symbol, string name)
    {
        using var names = new MethodNames([typeof(object).Assembly.Location]);
        Assert.Equal(name, names.Of(symbol));
    }

    [Theory]
    [InlineData("azalea_interrupt_stubs")]
    [InlineData("Sample_Sample_Nothing__Here")]
    [InlineData("__")]
    [InlineData("")]
    public void A_symbol_of_no_known_type_is_shown_as_it_is(string symbol)
    {
        using var names = new MethodNames([CompiledSample.Assembly]);
        Assert.Equal(symbol, names.Of(symbol));
    }

    [Fact]
    public void A_file_that_is_no_assembly_is_an_error()
    {
        BuildException error = Assert.Throws<BuildException>(() => new MethodNames([CompiledSample.ObjectPath]));
        Assert.Contains(CompiledSample.ObjectPath, error.Message, StringComparison.Ordinal);
    }
}
