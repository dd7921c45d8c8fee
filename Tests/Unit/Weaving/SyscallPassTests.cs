using AzaleaOS.Build.Compilation;
using AzaleaOS.Build.Diagnostics;
using Mono.Cecil;

namespace AzaleaOS.Tests.Unit.Weaving;

/// <summary>System calls: their symbols, and the rules that the entry code relies on.</summary>
public class SyscallPassTests
{
    private const string Attribute = """
        namespace AzaleaOS.Syscalls
        {
            [AttributeUsage(AttributeTargets.Method)]
            internal sealed class SyscallAttribute(int number) : Attribute
            {
                public int Number { get; } = number;
                public bool Leaf { get; set; }
                public bool SeesFrame { get; set; }
            }
        }
        namespace Calls
        {
            using AzaleaOS.Syscalls;
        #line 1

        """;

    [Fact]
    public void Each_system_call_gets_a_symbol_and_an_entry_in_the_list()
    {
        using var pair = new WovenPair(Attribute + """
            internal static class Identity
            {
                [Syscall(186, SeesFrame = true)] internal static long GetTid() => 2;
                [Syscall(39, Leaf = true)] private static long GetPid() => 1;
                [Syscall(0)] internal static unsafe long Read(int fd, byte* buffer, nuint count) => 0;
                internal static long Other() => 0;
            }
            }
            """, "public class NoPlugs;");

        IReadOnlyList<SyscallEntry> entries = pair.Weave().Syscalls;

        Assert.Equal(
            [
                new SyscallEntry(0, "azalea_sys_0", "Calls.Identity.Read", 3, false, "Target.cs", 5),
                new SyscallEntry(39, "azalea_sys_39", "Calls.Identity.GetPid", 0, true, "Target.cs", 4),
                new SyscallEntry(186, "azalea_sys_186", "Calls.Identity.GetTid", 0, false, "Target.cs", 3, SeesFrame: true),
            ],
            entries);
        using ModuleDefinition module = ModuleDefinition.ReadModule(pair.WovenFile);
        MethodDefinition getPid = module.GetType("Calls.Identity").Methods.Single(method => method.Name == "GetPid");
        CustomAttribute export = getPid.CustomAttributes.Single(attribute => attribute.AttributeType.FullName == "System.Runtime.RuntimeExportAttribute");
        Assert.Equal("azalea_sys_39", export.ConstructorArguments[0].Value);
        Assert.Equal(entries, pair.Weave().Syscalls);
    }

    [Fact]
    public void A_call_of_the_kernels_own_has_a_number_far_from_Linuxs()
    {
        using var pair = new WovenPair(Attribute + "internal static class Own { [Syscall(0x1003)] internal static long Post(ulong semaphore) => 0; }\n}", "public class NoPlugs;");
        Assert.Equal((0x1003, "azalea_sys_4099"), pair.Weave().Syscalls.Select(call => (call.Number, call.Symbol)).Single());
    }

    [Theory]
    [InlineData("AZ1102", "at most 6", "[Syscall(1)] static long F(int a, int b, int c, int d, int e, int f, int g) => 0;")]
    [InlineData("AZ1103", "returns int", "[Syscall(1)] static int F() => 0;")]
    [InlineData("AZ1103", "returns void", "[Syscall(1)] static void F() { }")]
    [InlineData("AZ1104", "decimal", "[Syscall(1)] static long F(decimal d) => 0;")]
    [InlineData("AZ1104", "double", "[Syscall(1)] static long F(double d) => 0;")]
    [InlineData("AZ1104", "string", "[Syscall(1)] static long F(string s) => 0;")]
    [InlineData("AZ1104", "ReadOnlySpan", "[Syscall(1)] static long F(ReadOnlySpan<byte> s) => 0;")]
    [InlineData("AZ1104", "ref int", "[Syscall(1)] static long F(ref int s) => 0;")]
    [InlineData("AZ1104", "Three", "struct Three { int A; long B; } [Syscall(1)] static long F(Three s) => 0;")]
    [InlineData("AZ1105", "static", "[Syscall(1)] long F() => 0;")]
    [InlineData("AZ1105", "generic", "[Syscall(1)] static long F<T>() => 0;")]
    [InlineData("AZ1106", "5000", "[Syscall(5000)] static long F() => 0;")]
    [InlineData("AZ1106", "-1", "[Syscall(-1)] static long F() => 0;")]
    public void A_method_that_the_entry_code_cannot_call_is_an_error_with_its_line(string code, string inMessage, string method)
    {
        using var pair = new WovenPair(Attribute + $"internal class C {{\n\n{method}\n}}}}", "public class NoPlugs;");

        BuildDiagnostic error = pair.Error();

        Assert.Equal(code, error.Code);
        Assert.Contains(inMessage, error.Message);
        Assert.Equal(("Target.cs", 3), (error.File, error.Line));
    }

    [Theory]
    [InlineData("int a, long b, byte c, nint d")]
    [InlineData("byte* a, void** b, delegate*<int> c")]
    [InlineData("Wrapped a, Pair b, Generic<int> c, Mood d")]
    public void Parameters_that_fit_a_general_register_are_taken(string parameters)
    {
        using var pair = new WovenPair(Attribute + $$"""
            internal static unsafe class C
            {
                internal struct Wrapped { ulong Value; }
                internal struct Pair { int A; int B; }
                internal struct Generic<T> { T* P; }
                internal enum Mood : short { Good }
                [Syscall(1)] static long F({{parameters}}) => 0;
            }
            }
            """, "public class NoPlugs;");

        Assert.Equal(parameters.Split(", ").Length, Assert.Single(pair.Weave().Syscalls).ParameterCount);
    }

    [Fact]
    public void Two_methods_for_one_number_are_an_error_that_names_both()
    {
        using var pair = new WovenPair(Attribute + """
            internal static class C
            {
                [Syscall(39)] static long GetPid() => 0;

                [Syscall(39)] static long GetPidAgain() => 0;
            }
            }
            """, "public class NoPlugs;");

        BuildDiagnostic error = pair.Error();

        Assert.Equal("AZ1101", error.Code);
        Assert.Equal(("Target.cs", 5), (error.File, error.Line));
        Assert.Contains("Calls.C.GetPid at Target.cs(3)", error.Message);
    }
}
