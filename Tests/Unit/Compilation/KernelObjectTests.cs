using AzaleaOS.Build.Compilation;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace AzaleaOS.Tests.Unit.Compilation;

/// <summary>Small kernels through the real weaver and the real ilc.</summary>
public class KernelObjectTests(KernelCompiler compiler) : IClassFixture<KernelCompiler>
{
    /// <summary>The library's start-up entry, in every object, is entered as from native code.</summary>
    private static readonly string[] s_always = ["RhpReversePInvoke", "RhpReversePInvokeReturn"];

    [Theory]
    [InlineData("static int F(int a, int b) => a + b;")]
    [InlineData("static int F(int* a) { try { return *a; } finally { a[1] = 3; } }")]
    [InlineData("static int F(ulong x) => System.Numerics.BitOperations.PopCount(x) + System.Numerics.BitOperations.Log2(x);")]
    [InlineData("static long F(ref long x) => System.Threading.Interlocked.Increment(ref x);")]
    [InlineData("static int F() => s_value; static readonly int s_value = Square(6); static int Square(int x) => x * x;")]
    [InlineData("""static int F(ReadOnlySpan<byte> text) => text.SequenceEqual("abc"u8) ? 1 : text.IndexOf((byte)4);""")]
    [InlineData("static void F(Big* a, Big* b) => *a = *b; struct Big { public fixed byte B[30000]; }", "memmove")]
    [InlineData("static void F(Big* a) => *a = default; struct Big { public fixed byte B[30000]; }", "memset")]
    [InlineData("static byte F(int n) { byte* b = stackalloc byte[64]; b[n & 63] = 1; return b[7]; }", "__security_cookie", "RhpFallbackFailFast")]
    [InlineData("static int F(int n) { Big b; b.B[n] = 1; return G(&b); } struct Big { public fixed byte B[30000]; } [MethodImpl(MethodImplOptions.NoInlining)] static int G(Big* b) => b->B[1];",
        "__security_cookie", "RhpFallbackFailFast", "RhpStackProbe")]
    public void Honest_code_needs_the_kernels_own_symbols_and_no_others(string code, params string[] needed)
    {
        ElfFile compiled = compiler.Compile($"unsafe class K {{ [RuntimeExport(\"exported\")] {code} }}");

        Assert.Equal(needed.Concat(s_always).Order(StringComparer.Ordinal), AllocationErrors.UndefinedIn([compiled]).Order(StringComparer.Ordinal));
        Assert.Contains(compiled.Symbols, symbol => symbol.Name == "exported" && !symbol.IsUndefined);
    }

    [Theory]
    [InlineData("static int F(uint i) => s_table[i]; static readonly int[] s_table = [1, 2, 3];")]
    [InlineData("static int F(int a, int b) => checked(a * b) / b;")]
    [InlineData("static void F(byte* a, byte* b, int n) => new Span<byte>(a, n).CopyTo(new Span<byte>(b, n));")]
    [InlineData("static bool F(ReadOnlySpan<byte> text, out ulong x) => System.Buffers.Text.Utf8Parser.TryParse(text, out x, out _);")]
    [InlineData("static void F(Span<byte> text, ulong x) => System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(text, x);")]
    [InlineData("""static void F() => Environment.FailFast("over");""")]
    public void Code_that_can_fail_ends_in_a_panic_and_needs_what_the_console_needs(string code)
    {
        ElfFile compiled = compiler.Compile($"unsafe class K {{ [RuntimeExport(\"exported\")] {code} }}");

        Assert.Contains(compiled.Symbols, symbol => symbol.Name.Contains("Panic__Because", StringComparison.Ordinal) && !symbol.IsUndefined);
        string[] console = ["memmove", "memset", "__security_cookie", "RhpFallbackFailFast", .. s_always];
        Assert.All(AllocationErrors.UndefinedIn([compiled]),
            symbol => Assert.True(symbol.StartsWith("azalea_", StringComparison.Ordinal) || console.Contains(symbol), symbol));
    }

    [Fact]
    public void The_kernel_itself_needs_nothing_but_symbols_that_the_build_makes()
    {
        ElfFile[] objects =
        [
            compiler.Compile("""class K { [RuntimeExport("unused")] static void F() { } }""", withKernel: true),
            ElfFile.Open(compiler.AssemblerObject),
        ];

        Assert.All(AllocationErrors.UndefinedIn(objects), symbol => Assert.StartsWith("azalea_", symbol));
        Assert.DoesNotContain(UndefinedSymbols.StaticConstructorSymbol, AllocationErrors.UndefinedIn(objects));
    }

    [Theory]
    [InlineData("AZ2101", "allocates an array", "static byte[] F(int n) => new byte[4];")]
    [InlineData("AZ2101", "allocates an object", "static object F(int n) => new object();")]
    [InlineData("AZ2101", "allocates", "static object F(int n) => n;")]
    [InlineData("AZ2101", "allocates", "static Func<int> F(int n) { int m = n + 1; return () => m; }")]
    [InlineData("AZ2102", "throws an exception", "static void F(int n) => throw new InvalidOperationException();")]
    [InlineData("AZ2103", "stores a reference", "static void F(string n) => s_text = n; static string s_text;")]
    [InlineData("AZ2105", "[ThreadStatic]", "static int F(int n) => t_value += n; [ThreadStatic] static int t_value;")]
    [InlineData("AZ2106", "Lazy", """static ulong F(int n) => Lazy.Value; class Lazy { internal static readonly ulong Value = Read(); [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("azalea_rdtsc")] static extern ulong Read(); }""")]
    [InlineData("AZ2107", "DllImport", """static int F(int n) => getpid(); [System.Runtime.InteropServices.DllImport("c")] static extern int getpid();""")]
    [InlineData("AZ21", "calls System.MemoryExtensions.Sort, ", "static void F(Span<int> n) => n.Sort();")]
    [InlineData("AZ21", "", """static string F(int n) => $"number {n}";""")]
    public void Code_that_needs_a_runtime_is_an_error_at_its_own_line(string code, string inMessage, string method)
    {
        string source = $"unsafe class K {{\n\n[RuntimeExport(\"f\")]\n{method} }}";

        IReadOnlyList<BuildDiagnostic> errors = compiler.Errors(source);

        Assert.NotEmpty(errors);
        Assert.All(errors, error =>
        {
            Assert.StartsWith(code, error.Code);
            Assert.EndsWith(".cs", error.File);
            Assert.Equal(4, error.Line);
        });
        Assert.Contains(errors, error => error.Message.Contains(inMessage, StringComparison.Ordinal));
    }

    [Fact]
    public void A_method_without_any_line_is_reported_by_its_name()
    {
        // C# gives the making of a closure no line, and this method does nothing else.
        BuildDiagnostic error = Assert.Single(compiler.Errors("""class K { [RuntimeExport("f")] static Func<int> F(int n) => () => n; }"""));

        Assert.Equal("AZ2101", error.Code);
        Assert.Matches(@"^Kernel\d+_K__F allocates an object", error.Message);
    }

    [Fact]
    public void Several_lines_are_reported_each_once()
    {
        IReadOnlyList<BuildDiagnostic> errors = compiler.Errors("""
            class K
            {
                [RuntimeExport("f")] static byte[] F(int n) => new byte[n];
                [RuntimeExport("g")] static int G(int n) => n + 1;
                [RuntimeExport("h")]
                static void H(int n)
                {
                    if (n == 3)
                        throw new ArgumentException("three");
                }
            }
            """);

        Assert.Equal([(3, "AZ2101"), (9, "AZ2102")], errors.Select(error => (error.Line, error.Code)));
    }

    [Fact]
    public void Every_helper_of_the_class_library_that_throws_calls_the_plug()
    {
        using ModuleDefinition library = ModuleDefinition.ReadModule(compiler.WovenCoreLibrary);

        MethodDefinition[] helpers = [.. library.GetTypes().SelectMany(type => type.Methods)
            .Where(method => method.HasBody && method.Name.Contains("Throw", StringComparison.Ordinal)
                && method.Body.Instructions.All(instruction => instruction.OpCode != OpCodes.Ret))];

        Assert.True(helpers.Length > 139, $"only {helpers.Length}");
        Assert.All(helpers, helper => Assert.Contains(helper.Body.Instructions,
            instruction => instruction.Operand is MethodReference { DeclaringType.Namespace: "AzaleaOS.Plugs.CoreLib" }));
    }

    [Fact]
    public void An_input_that_is_no_assembly_is_an_error_of_the_compiler()
    {
        IlcRequest request = compiler.Request("class K;");
        File.WriteAllText(request.Inputs[0], "not an assembly");

        BuildException error = Assert.Throws<BuildException>(() => IlCompiler.Compile(request));

        Assert.Equal(CompilerCodes.Failed, Assert.Single(error.Diagnostics).Code);
        Assert.False(File.Exists(request.Output));
    }

    [Fact]
    public void An_input_that_is_missing_is_named()
    {
        IlcRequest request = compiler.Request("class K;") with { Inputs = ["/nowhere/Kernel.dll"] };

        BuildException error = Assert.Throws<BuildException>(() => IlCompiler.Compile(request));

        Assert.Contains("/nowhere/Kernel.dll", error.Message);
    }

    [Fact]
    public void A_method_whose_types_are_missing_is_an_error_with_its_name()
    {
        IlcRequest request = compiler.Request(
            """class K { [RuntimeExport("f")] static bool F(object x) => x is AzaleaOS.Plugs.PlugAttribute; }""");
        request = request with { References = [.. request.References.Where(file => !file.EndsWith("AzaleaOS.Abi.dll", StringComparison.Ordinal))] };

        BuildException error = Assert.Throws<BuildException>(() => IlCompiler.Compile(request));

        Assert.All(error.Diagnostics, diagnostic => Assert.Equal(CompilerCodes.Failed, diagnostic.Code));
        Assert.Contains("AzaleaOS.Abi", error.Message);
    }

    [Fact]
    public void The_compiler_is_never_given_the_options_that_break_a_kernel()
    {
        string[] arguments = [.. IlCompiler.Arguments(compiler.Request("class K;"))];

        Assert.Contains("-O", arguments);
        Assert.Contains("-g", arguments);
        Assert.Contains("--nativelib", arguments);
        Assert.Contains("--systemmodule:System.Private.CoreLib", arguments);
        Assert.DoesNotContain(arguments, argument => argument.StartsWith("--dehydrate", StringComparison.Ordinal)
            || argument.StartsWith("--noscan", StringComparison.Ordinal)
            || argument.StartsWith("--codegenopt", StringComparison.Ordinal)
            || argument.StartsWith("--instruction-set", StringComparison.Ordinal));
    }

    [Fact]
    public void The_woven_class_library_goes_before_a_facade_or_a_copy_of_the_same_name()
    {
        string[] arguments = [.. IlCompiler.Arguments(compiler.Request("class K;"))];

        Assert.Equal([$"-r:{compiler.WovenCoreLibrary}"], arguments.Where(argument => argument.EndsWith("System.Private.CoreLib.dll", StringComparison.Ordinal)));
        Assert.Contains(arguments, argument => argument.EndsWith("System.Runtime.dll", StringComparison.Ordinal));
    }
}
