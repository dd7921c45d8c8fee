namespace AzaleaOS.Tests.Unit.Weaving;

/// <summary>Woven code, loaded and run.</summary>
public class ForwardingTests
{
    private const string Counter = """
        public class Counter
        {
            private int _count = 40;
            private static int s_made = 1;
            public Counter() { }
            public Counter(int start) { _count = start; }
            public int Add(int amount, ref int seen, out int before) { before = 0; return -1; }
            public virtual int Count { get => _count; set => _count = value; }
            public static int Made() => s_made;
            public static int Use() { int seen = 3; int r = new Counter().Add(2, ref seen, out int before); return r * 100 + seen * 10 + before; }
            public static int UseSetter() { var c = new Counter(); c.Count = 5; return c._count; }
            public static int UseConstructor() => new Counter(7)._count;
            public static int UseVirtual() => new Louder().Count;
        }
        public class Louder : Counter { public override int Count => base.Count + 1; }
        """;

    [Fact]
    public void An_instance_method_gets_its_object_its_references_and_its_private_fields()
    {
        using var pair = new WovenPair(Counter, """
            [Plug(typeof(Counter))]
            public static class P
            {
                public static int Add(Counter aThis, int amount, ref int seen, out int before, [FieldAccess(Name = "_count")] ref int count)
                {
                    before = 1;
                    seen += 1;
                    count += amount;
                    return count;
                }
            }
            """);

        Assert.Equal(4241, pair.Call("Counter", "Use"));
    }

    [Theory]
    [InlineData("System.Int32 Counter._count")]
    [InlineData("_count")]
    public void FieldAccess_takes_both_spellings_of_a_field(string name)
    {
        using var pair = new WovenPair(Counter, $$"""
            [Plug(typeof(Counter))]
            public static class P { public static void set_Count(Counter aThis, [FieldAccess(Name = "{{name}}")] ref int count, int value) => count = value * 11; }
            """);

        Assert.Equal(55, pair.Call("Counter", "UseSetter"));
    }

    [Fact]
    public void FieldAccess_reaches_static_fields()
    {
        using var pair = new WovenPair(Counter, """
            [Plug(typeof(Counter))]
            public static class P { public static int Made([FieldAccess(Name = "s_made")] ref int made) => ++made; }
            """);

        Assert.Equal(2, pair.Call("Counter", "Made"));
        Assert.Equal(3, pair.Call("Counter", "Made"));
    }

    [Theory]
    [InlineData("Ctor")]
    [InlineData("ctor")]
    public void A_constructor_is_replaced_by_a_method_called_Ctor(string name)
    {
        using var pair = new WovenPair(Counter, $$"""
            [Plug(typeof(Counter))]
            public static class P { public static void {{name}}(Counter aThis, int start, [FieldAccess(Name = "_count")] ref int count) => count = start + 1; }
            """);

        Assert.Equal(8, pair.Call("Counter", "UseConstructor"));
    }

    [Fact]
    public void A_static_constructor_is_replaced_by_a_method_called_CCtor()
    {
        using var pair = new WovenPair(
            "public static class Settings { private static int s_value; static Settings() { s_value = 1; } public static int Value() => s_value; }",
            """
            [Plug(typeof(Settings))]
            public static class P { public static void CCtor([FieldAccess(Name = "s_value")] ref int value) => value = 2; }
            """);

        Assert.Equal(2, pair.Call("Settings", "Value"));
    }

    [Fact]
    public void A_virtual_method_is_replaced_and_overrides_still_reach_it()
    {
        using var pair = new WovenPair(Counter,
            "[Plug(typeof(Counter))] public static class P { public static int get_Count(Counter aThis) => 9; }");

        Assert.Equal(10, pair.Call("Counter", "UseVirtual"));
    }

    [Fact]
    public void A_method_of_a_structure_gets_it_by_reference()
    {
        using var pair = new WovenPair(
            """
            public struct Point
            {
                public int X;
                public void Move(int by) { }
                public static int Use() { var p = new Point { X = 1 }; p.Move(4); return p.X; }
            }
            """,
            "[Plug(typeof(Point))] public static class P { public static void Move(ref Point aThis, int by) => aThis.X += by; }");

        Assert.Equal(5, pair.Call("Point", "Use"));
    }

    [Fact]
    public void A_method_with_many_parameters_passes_all_of_them()
    {
        using var pair = new WovenPair(
            "public class Many { public long Sum(int a, long b, byte c, short d, int e, int f) => 0; public static long Use() => new Many().Sum(1, 20, 3, 400, 5, 60000); }",
            "[Plug(typeof(Many))] public static class P { public static long Sum(Many aThis, int a, long b, byte c, short d, int e, int f) => a + b + c + d + e + f; }");

        Assert.Equal(60429L, pair.Call("Many", "Use"));
    }

    private const string Generic = """
        public class Box<T>
        {
            private T _value;
            public Box(T value) { _value = value; }
            public T Get() => default;
            public U Turn<U>(T one, U two) => default;
        }
        public static class Use
        {
            public static U Pick<T, U>(T one, U two) => default;
            public static string Method() => Pick(1, "two");
            public static string Class() => new Box<string>("in").Get();
            public static int Both() => new Box<string>("in").Turn("x", 6);
        }
        """;

    [Theory]
    [InlineData("[Plug(typeof(Use))] public static class P { public static U Pick<T, U>(T one, U two) => two; }", "Method", "two")]
    [InlineData("""[Plug(typeof(Box<>))] public static class P<T> { public static T Get(Box<T> aThis, [FieldAccess(Name = "_value")] ref T value) => value; }""", "Class", "in")]
    [InlineData("""[Plug("Box`1, Target")] public static class P { public static T Get<T>(Box<T> aThis, [FieldAccess(Name = "_value")] ref T value) => value; }""", "Class", "in")]
    [InlineData("[Plug(typeof(Box<>))] public static class P<T> { public static U Turn<U>(Box<T> aThis, T one, U two) => two; }", "Both", 6)]
    [InlineData("[Plug(typeof(Box<>))] public static class P { public static U Turn<T, U>(Box<T> aThis, T one, U two) => two; }", "Both", 6)]
    public void Generic_methods_and_methods_of_generic_classes_are_replaced_for_all_arguments(string plug, string use, object expected)
    {
        using var pair = new WovenPair(Generic, plug);

        Assert.Equal(expected, pair.Call("Use", use));
    }

    [Fact]
    public void A_wildcard_replaces_all_methods_of_a_name_and_is_told_which()
    {
        using var pair = new WovenPair(
            """
            namespace Shop;
            public static class Till
            {
                public static string Say() => "";
                public static string Say(int x) => "";
                public static string SayLoud(string x, long y) => "";
                public static string Sing() => "sung";
                public static string All() => $"{Say()} {Say(1)} {SayLoud("", 2)} {Sing()}";
            }
            """,
            """
            [Plug("Shop.Till, Target")]
            public static class P
            {
                [PlugMethod(TargetName = "Say*", IsWildcard = true)]
                public static string Any([TargetMember] ReadOnlySpan<byte> name) => System.Text.Encoding.UTF8.GetString(name);
            }
            """);

        Assert.Equal("Shop.Till.Say Shop.Till.Say Shop.Till.SayLoud sung", pair.Call("Shop.Till", "All"));
    }

    [Fact]
    public void A_wildcard_may_take_the_instance()
    {
        using var pair = new WovenPair(
            "public class Till { public int A() => 0; public int B(int x) => 0; public static int Use() => new Till().A() + new Till().B(3); }",
            """[Plug(typeof(Till))] public static class P { [PlugMethod(TargetName = "?", IsWildcard = true)] public static int Any(Till aThis) => 21; }""");

        Assert.Equal(42, pair.Call("Till", "Use"));
    }

    [Fact]
    public void A_wildcard_that_never_returns_leaves_methods_alone_that_may_return()
    {
        using var pair = new WovenPair(
            """
            public static class Guard
            {
                public static void ThrowIfNegative(int x) { if (x < 0) Throw(); }
                private static void Throw() => throw new InvalidOperationException("original");
            }
            """,
            """
            [Plug("*, Target")]
            public static class P
            {
                [PlugMethod(TargetName = "*Throw*", IsWildcard = true)]
                [System.Diagnostics.CodeAnalysis.DoesNotReturn]
                public static void Any([TargetMember] ReadOnlySpan<byte> name) => throw new NotSupportedException(System.Text.Encoding.UTF8.GetString(name));
            }
            """);

        pair.Call("Guard", "ThrowIfNegative", 1);
        var error = Assert.Throws<NotSupportedException>(() => pair.Call("Guard", "ThrowIfNegative", -1));
        Assert.Equal("Guard.Throw", error.Message);
    }

    [Fact]
    public void An_exact_plug_goes_before_a_wildcard_and_an_inherited_one()
    {
        using var pair = new WovenPair(
            """
            public class Animal { public virtual string Say() => ""; }
            public class Dog : Animal { public override string Say() => ""; }
            public class Cat : Animal { public override string Say() => ""; }
            public static class Use { public static string All() => new Animal().Say() + new Dog().Say() + new Cat().Say(); }
            """,
            """
            [Plug(typeof(Animal), Inheritable = true)] public static class P { public static string Say(Animal aThis) => "a"; }
            [Plug(typeof(Dog))] public static class Q { [PlugMethod(TargetName = "S*", IsWildcard = true)] public static string Any(Dog aThis) => "w"; }
            [Plug(typeof(Cat))] public static class R { public static string Say(Cat aThis) => "c"; }
            """);

        Assert.Equal("awc", pair.Call("Use", "All"));
    }

    [Fact]
    public void Extern_and_imported_methods_become_ordinary_ones()
    {
        using var pair = new WovenPair(
            """
            public static class Native
            {
                [System.Runtime.InteropServices.DllImport("nowhere")] public static extern int Imported(int x);
                [MethodImpl(MethodImplOptions.InternalCall)] public static extern int Internal(int x);
            }
            """,
            "[Plug(typeof(Native))] public static class P { public static int Imported(int x) => x + 1; public static int Internal(int x) => x + 2; }");

        Assert.Equal(11, pair.Call("Native", "Imported", 10));
        Assert.Equal(12, pair.Call("Native", "Internal", 10));
    }

    [Fact]
    public void Types_that_a_plug_cannot_see_are_replaced_by_object_integer_and_pointer()
    {
        using var pair = new WovenPair(
            """
            internal sealed class Secret { internal int Value = 6; public override string ToString() => "secret"; }
            internal enum Mood { Bad, Good }
            public static unsafe class Use
            {
                internal static string Describe(Secret secret, Mood mood, Pair* pair) => "";
                internal struct Pair { internal int A; }
                public static string Run() { Pair p = new() { A = 4 }; return Describe(new Secret(), Mood.Good, &p); }
            }
            """,
            """
            [Plug(typeof(Use))]
            public static unsafe class P { public static string Describe(object secret, int mood, void* pair) => $"{secret} {mood} {*(int*)pair}"; }
            """);

        Assert.Equal("secret 1 4", pair.Call("Use", "Run"));
    }
}
