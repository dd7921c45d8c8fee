using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Weaving;

namespace AzaleaOS.Tests.Unit.Weaving;

/// <summary>A plug that does not fit fails the build, with its file and line and what would fit.</summary>
public class WeaverErrorTests
{
    private const string Target = """
        namespace Shop;
        public class Till
        {
            private int _sum;
            private const int Limit = 3;
            public int Add(int amount, ref int seen) => amount;
            public static int Total(int price) => price;
            public static int Total(string price, out int number) { number = 0; return 0; }
            public static T Same<T>(T x) => x;
            public static string Throw1() => throw null;
        }
        public abstract class Shape { public abstract int Area(); }
        public class Box<T> { public T Get() => default; }
        """;

    public static TheoryData<string, string, string> Misfits => new()
    {
        // No such type, with what may have been meant.
        { "AZ1001", "Shop.Till, Target", """[Plug("Shop.Tll, Target")] public static class P { public static int Total(int price) => /*here*/ 0; }""" },
        { "AZ1001", "Nowhere.X, Absent", """[Plug("Nowhere.X, Absent")] public static class P { public static int Total(int price) => /*here*/ 0; }""" },
        { "AZ1001", "must name one target", """[Plug] public static class P { public static int Total(int price) => /*here*/ 0; }""" },

        // No such member.
        { "AZ1002", "\"Total\"", """[Plug("Shop.Till, Target")] public static class P { public static int Totl(int price) => /*here*/ 0; }""" },
        { "AZ1002", "private", """[Plug("Shop.Till, Target")] public static class P { public static int HelperMethod(int price) => /*here*/ 0; }""" },
        { "AZ1002", "static constructor", """[Plug("Shop.Till, Target")] public static class P { public static void CCtor() { /*here*/ } }""" },
        { "AZ1002", "Sub*", """[Plug("Shop.Till, Target")] public static class P { [PlugMethod(TargetName = "Sub*", IsWildcard = true)] public static int Any() => /*here*/ 0; }""" },

        // Return type, parameter types, ref and out, static and instance.
        { "AZ1003", "public static int Total(int price)", """[Plug("Shop.Till, Target")] public static class P { public static long Total(int price) => /*here*/ 0; }""" },
        { "AZ1003", "public static int Total(int price)", """[Plug("Shop.Till, Target")] public static class P { public static int Total(long price) => /*here*/ 0; }""" },
        { "AZ1003", "out int number", """[Plug("Shop.Till, Target")] public static class P { public static int Total(string price, ref int number) => /*here*/ 0; }""" },
        { "AZ1003", "out int number", """[Plug("Shop.Till, Target")] public static class P { public static int Total(string price, int number) => /*here*/ 0; }""" },
        { "AZ1003", "Shop.Till aThis, int amount, ref int seen", """[Plug("Shop.Till, Target")] public static class P { public static int Add(int amount, ref int seen) => /*here*/ 0; }""" },
        { "AZ1003", "Shop.Till aThis, int amount, ref int seen", """[Plug("Shop.Till, Target")] public static class P { public static int Add(string aThis, int amount, ref int seen) => /*here*/ 0; }""" },
        { "AZ1003", "public static int Total(int price)", """[Plug("Shop.Till, Target")] public static class P { public static int Total(Shop.Till aThis, int price) => /*here*/ 0; }""" },
        { "AZ1003", "public static T Same<T>(T x)", """[Plug("Shop.Till, Target")] public static class P { public static object Same(object x) => /*here*/ x; }""" },
        { "AZ1003", "constraint", """[Plug("Shop.Till, Target")] public static class P { public static T Same<T>(T x) where T : struct => /*here*/ x; }""" },
        { "AZ1003", "public static T Get<T>(Shop.Box<T> aThis)", """[Plug(typeof(Shop.Box<>))] public static class P { public static object Get(Shop.Box<object> aThis) => /*here*/ null; }""" },
        { "AZ1003", "returns string", """[Plug("Shop.Till, Target")] public static class P { [PlugMethod(TargetName = "T*", IsWildcard = true)] public static int Any() => /*here*/ 0; }""" },
        { "AZ1003", "takes no parameters", """[Plug("Shop.Till, Target")] public static class P { [PlugMethod(TargetName = "Total", IsWildcard = true)] public static int Any(int price) => /*here*/ 0; }""" },
        { "AZ1003", "IsWildcard", """[Plug("*, Target")] public static class P { public static int Total(int price) => /*here*/ 0; }""" },
        { "AZ1003", "ReadOnlySpan<byte>", """[Plug("Shop.Till, Target")] public static class P { public static int Total(int price, [TargetMember] string name) => /*here*/ 0; }""" },
        { "AZ1003", "public static int Total(int price)", """[Plug("Shop.Till, Target")] public static class P { [PlugMethod(IsOptional = true)] public static int Total(long price) => /*here*/ 0; }""" },

        // Shape.
        { "AZ1005", "public and static", """[Plug("Shop.Till, Target")] public static class P { [PlugMethod] internal static int Total(int price) => /*here*/ 0; }""" },
        { "AZ1005", "public and static", """[Plug("Shop.Till, Target")] public class P { [PlugMember] public int Total(int price) => /*here*/ 0; }""" },
        { "AZ1005", "aThis", """[Plug("Shop.Till, Target")] public class P { public int Total(int price) => /*here*/ 0; }""" },

        // Fields.
        { "AZ1006", "\"_sum\"", """[Plug("Shop.Till, Target")] public static class P { public static int Add(Shop.Till aThis, int amount, ref int seen, [FieldAccess(Name = "_sun")] ref int x) => /*here*/ 0; }""" },
        { "AZ1006", "ref int x", """[Plug("Shop.Till, Target")] public static class P { public static int Add(Shop.Till aThis, int amount, ref int seen, [FieldAccess(Name = "_sum")] ref long x) => /*here*/ 0; }""" },
        { "AZ1006", "ref int x", """[Plug("Shop.Till, Target")] public static class P { public static int Add(Shop.Till aThis, int amount, ref int seen, [FieldAccess(Name = "_sum")] int x) => /*here*/ 0; }""" },
        { "AZ1006", "static", """[Plug("Shop.Till, Target")] public static class P { public static int Total(int price, [FieldAccess(Name = "_sum")] ref int x) => /*here*/ 0; }""" },
        { "AZ1006", "constant", """[Plug("Shop.Till, Target")] public static class P { public static int Total(int price, [FieldAccess(Name = "Limit")] ref int x) => /*here*/ 0; }""" },

        // What has no meaning here, and what cannot be done.
        { "AZ1007", "typeof(Box<>)", """[Plug(typeof(Shop.Box<int>))] public static class P { public static int Get(Shop.Box<int> aThis) => /*here*/ 0; }""" },
        { "AZ1007", "FieldAccess", """[Plug("Shop.Till, Target")] public static class P { public static int Total(int price) => /*here*/ 0; [PlugMember] public static int Sum; }""" },
        { "AZ1007", "[PlugField]", """[Plug("Shop.Till, Target"), IL2CPU.API.Attribs.PlugField(FieldId = "x")] public static class P { public static int Total(int price) => /*here*/ 0; } namespace IL2CPU.API.Attribs { public sealed class PlugField : Attribute { public string FieldId; } }""" },
        { "AZ1007", "[AssemblerMethod]", """[Plug("Shop.Till, Target")] public static class P { [IL2CPU.API.Attribs.PlugMethod(Assembler = typeof(int))] public static int Total(int price) => /*here*/ 0; } namespace IL2CPU.API.Attribs { public sealed class PlugMethod : Attribute { public Type Assembler; } }""" },
        { "AZ1007", "ObjectPointerAccess", """[Plug("Shop.Till, Target")] public static class P { public static int Add([IL2CPU.API.Attribs.ObjectPointerAccess] object aThis, int amount, ref int seen) => /*here*/ 0; } namespace IL2CPU.API.Attribs { public sealed class ObjectPointerAccess : Attribute; }""" },
        { "AZ1008", "not woven", """[Plug(typeof(System.Text.StringBuilder))] public static class P { public static object Clear(System.Text.StringBuilder aThis) => /*here*/ null; }""" },
        { "AZ1009", "abstract", """[Plug(typeof(Shop.Shape))] public static class P { public static int Area(Shop.Shape aThis) => /*here*/ 0; }""" },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    public void A_plug_that_does_not_fit_is_an_error_with_its_line(string code, string inMessage, string plug)
    {
        string source = "\n\n" + plug;
        using var pair = new WovenPair(Target, source);

        BuildDiagnostic error = pair.Error();

        Assert.Equal(code, error.Code);
        Assert.Contains(inMessage, error.Message);
        Assert.Equal("Plugs.cs", error.File);
        Assert.Equal(SourceAssembly.LineOfMark(source), error.Line);
    }

    [Fact]
    public void Two_plugs_for_one_method_are_an_error_that_names_both()
    {
        using var pair = new WovenPair(Target,
            """
            [Plug("Shop.Till, Target")] public static class P { public static int Total(int price) => 1; }
            """,
            """


            [Plug(typeof(Shop.Till))] public static class Q { public static int Total(int price) => 2; }
            """);

        BuildDiagnostic error = pair.Error();

        Assert.Equal(WeaverCodes.Duplicate, error.Code);
        Assert.Equal(("Plugs2.cs", 3), (error.File, error.Line));
        Assert.Contains("P.Total", error.Message);
        Assert.Contains("Plugs.cs(1)", error.Message);
    }

    [Fact]
    public void All_errors_are_reported_together_and_nothing_is_written()
    {
        using var pair = new WovenPair(Target, """
            [Plug("Shop.Till, Target")] public static class P { public static long Total(int price) => 1; }
            [Plug("Shop.Cellar, Target")] public static class Q { public static long Total(int price) => 1; }
            [Plug("Shop.Till, Target")] public static class R { public static int Subtract(int price) => 1; }
            """);

        Assert.Equal(["AZ1003", "AZ1001", "AZ1002"], pair.Errors().Select(error => error.Code));
        Assert.False(File.Exists(pair.WovenFile));
    }

    [Fact]
    public void An_assembly_that_is_none_is_an_error_with_its_name()
    {
        using var pair = new WovenPair(Target, "public class P;");
        File.WriteAllText(pair.TargetFile, "not an assembly");

        BuildDiagnostic error = pair.Error();

        Assert.Equal(WeaverCodes.Assembly, error.Code);
        Assert.Equal(pair.TargetFile, error.File);
    }
}
