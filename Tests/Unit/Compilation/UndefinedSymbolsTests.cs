using AzaleaOS.Build.Compilation;

namespace AzaleaOS.Tests.Unit.Compilation;

public class UndefinedSymbolsTests
{
    [Theory]
    [InlineData("RhpNewArrayFast", "AZ2101", "stackalloc")]
    [InlineData("RhpNewFast", "AZ2101", "no heap")]
    [InlineData("RhpNewFinalizable", "AZ2101", "no heap")]
    [InlineData("RhNewString", "AZ2101", "u8 literal")]
    [InlineData("RhpThrowEx", "AZ2102", "Errno")]
    [InlineData("RhpAssignRefESI", "AZ2103", "reference")]
    [InlineData("RhpInitialDynamicInterfaceDispatch", "AZ2104", "interface")]
    [InlineData("RhTypeCast_CheckCastClass", "AZ2104", "casts")]
    [InlineData("RhGetThreadStaticStorage", "AZ2105", "CoreBlock")]
    [InlineData("azalea_static_constructor_at_run_time", "AZ2106", "build time")]
    [InlineData("RhpPInvoke", "AZ2107", "DllImport")]
    [InlineData("g_cpuFeatures", "AZ2108", "processor")]
    [InlineData("RhGetKnobValues", "AZ2108", "managed runtime")]
    [InlineData("azalea_rdmrs", "AZ2109", "[AssemblerMethod(\"azalea_rdmrs\")]")]
    [InlineData("pow", "AZ2109", "pow")]
    public void Each_symbol_is_explained(string symbol, string code, string inMessage)
    {
        (string actual, string message) = UndefinedSymbols.Explain(symbol);

        Assert.Equal(code, actual);
        Assert.Contains(inMessage, message);
        Assert.Contains(symbol, message);
    }
}
