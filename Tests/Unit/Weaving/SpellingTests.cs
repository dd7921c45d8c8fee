namespace AzaleaOS.Tests.Unit.Weaving;

/// <summary>Every way in which either generation of Cosmos names a target.</summary>
public class SpellingTests
{
    private const string Target = """
        namespace Shop;
        public static class Till
        {
            public static int Total(int price) => price;
            public static string Name => "till";
        }
        public static class Door { public static int Width() => 1; }
        """;

    [Theory]
    [InlineData("[Plug(typeof(Shop.Till))] public static class P { public static int Total(int price) => price * 2; }")]
    [InlineData("[Plug(Target = typeof(Shop.Till))] public static class P { public static int Total(int price) => price * 2; }")]
    [InlineData("""[Plug("Shop.Till, Target")] public static class P { public static int Total(int price) => price * 2; }""")]
    [InlineData("""[Plug("Shop.Till")] public static class P { public static int Total(int price) => price * 2; }""")]
    [InlineData("""[Plug(TargetName = "Shop.Till, Target")] public static class P { public static int Total(int price) => price * 2; }""")]
    [InlineData("""[Plug("Shop.Till, Target, Version=1.0.0.0")] public static class P { public static int Total(int price) => price * 2; }""")]
    [InlineData("[Plug(typeof(Shop.Till))] public static class P { [PlugMethod] public static int Total(int price) => price * 2; }")]
    [InlineData("""[Plug(typeof(Shop.Till))] public static class P { [PlugMethod(TargetName = "Total")] public static int Double(int price) => price * 2; }""")]
    [InlineData("[Plug(typeof(Shop.Till))] public static class P { [PlugMember] public static int Total(int price) => price * 2; }")]
    [InlineData("""[Plug(typeof(Shop.Till))] public static class P { [PlugMember("Total")] public static int Double(int price) => price * 2; }""")]
    [InlineData("[Plug(typeof(Shop.Till))] public static class P { [PlugMember] public static int Total(int price) => Helper(price); public static int Helper(int x) => x * 2; }")]
    [InlineData("[Plug(typeof(Shop.Till))] public static class P { public static int Total(int price) => Helper(price); private static int Helper(int x) => x * 2; }")]
    public void A_plug_replaces_the_method_that_it_names(string plug)
    {
        using var pair = new WovenPair(Target, plug);

        Assert.Equal(14, pair.Call("Shop.Till", "Total", 7));
    }

    [Theory]
    [InlineData("IL2CPU.API.Attribs", "Plug", "PlugMethod", "PlugMethod(IsOptional = true)")]
    [InlineData("IL2CPU.API.Attribs", "PlugAttribute", "PlugMethodAttribute", "PlugMethod")]
    [InlineData("Cosmos.Build.API.Attributes", "PlugAttribute", "PlugMemberAttribute", "PlugMember")]
    public void Attributes_of_Cosmos_itself_are_known_by_name(string space, string plug, string member, string use)
    {
        using var pair = new WovenPair(Target, $$"""
            namespace {{space}}
            {
                public sealed class {{plug}}(Type target) : Attribute { public Type Target { get; } = target; }
                public sealed class {{member}} : Attribute { public bool IsOptional { get; set; } }
            }
            namespace Mine
            {
                [{{space}}.Plug(typeof(Shop.Till))]
                public static class P { [{{space}}.{{use}}] public static int Total(int price) => price * 2; }
            }
            """);

        Assert.Equal(14, pair.Call("Shop.Till", "Total", 7));
    }

    [Theory]
    [InlineData("""public static string get_Name() => "plug";""")]
    [InlineData("""public static string Name => "plug";""")]
    [InlineData("""[PlugMember] public static string Name => "plug";""")]
    [InlineData("""[PlugMember("Name")] public static string Other => "plug";""")]
    [InlineData("""[PlugMember("get_Name")] public static string Other() => "plug";""")]
    [InlineData("""[PlugMethod(TargetName = "get_Name")] public static string Other() => "plug";""")]
    public void A_property_is_replaced_through_its_accessors(string member)
    {
        using var pair = new WovenPair(Target, $$"""[Plug(typeof(Shop.Till))] public static class P { {{member}} }""");

        Assert.Equal("plug", pair.Call("Shop.Till", "get_Name"));
    }

    [Fact]
    public void A_disabled_plug_method_is_left_out()
    {
        using var pair = new WovenPair(Target,
            "[Plug(typeof(Shop.Till))] public static class P { [PlugMethod(Enabled = false)] public static int Total(int price) => 0; }");

        Assert.Equal(7, pair.Call("Shop.Till", "Total", 7));
    }

    [Fact]
    public void An_optional_plug_may_find_no_type_and_an_optional_method_no_target()
    {
        using var pair = new WovenPair(Target, """
            [Plug("Shop.Cellar, Target", IsOptional = true)] public static class P { public static int Depth() => 0; }
            [Plug("Shop.Attic, Target", true)] public static class R { [PlugMember] public static int Depth() => 0; }
            [Plug(typeof(Shop.Till))] public static class Q { [PlugMethod(IsOptional = true)] public static int Depth() => 0; }
            """);

        Assert.Equal(7, pair.Call("Shop.Till", "Total", 7));
    }

    [Fact]
    public void Plugs_for_other_processors_are_left_out()
    {
        using var pair = new WovenPair(Target, """
            namespace Cosmos.Build.API.Attributes
            {
                [Flags] public enum PlatformArchitecture { None = 0, X64 = 1, ARM64 = 2 }
                public sealed class PlatformSpecificAttribute(PlatformArchitecture where) : Attribute { public PlatformArchitecture Where => where; }
            }
            namespace Mine
            {
                using Cosmos.Build.API.Attributes;
                [Plug(typeof(Shop.Till))]
                public static class P { [PlugMember, PlatformSpecific(PlatformArchitecture.ARM64)] public static int Total(int price) => 0; }
                [Plug(typeof(Shop.Door))]
                public static class Q { [PlugMember, PlatformSpecific(PlatformArchitecture.ARM64 | PlatformArchitecture.X64)] public static int Width() => 2; }
            }
            """);

        Assert.Equal(7, pair.Call("Shop.Till", "Total", 7));
        Assert.Equal(2, pair.Call("Shop.Door", "Width"));
    }
}
