using System.Reflection;
using AzaleaOS.Build.Compilation;
using AzaleaOS.Build.Elf;
using AzaleaOS.Tests.Unit.Weaving;

namespace AzaleaOS.Tests.Unit.Elf;

/// <summary>A small C# program as the real compiler writes it, made once for all tests.</summary>
internal static class CompiledSample
{
    internal const string Source = """
        namespace Sample
        {
            internal static unsafe class Port
            {
                [MethodImpl(MethodImplOptions.InternalCall)]
                [RuntimeImport("sample_out")]
                internal static extern void Out(int port, int value);
            }

            internal struct Counter<T> where T : unmanaged
            {
                internal int Value;

                [MethodImpl(MethodImplOptions.NoInlining)]
                internal int Add(int x)
                {
                    Port.Out(1, x);
                    return Value + x;
                }
            }

            internal static unsafe class Calls
            {
                private static delegate*<int, void> s_handler;

                [RuntimeExport("sample_leaf")]
                private static long Leaf() => 41 + 1;

                [RuntimeExport("sample_deep")]
                private static int Deep(int n)
                {
                    if (n == 0)
                    {
                        Port.Out(2, n);
                        return 1;
                    }

                    int below = Deep(n - 1);
                    return below + n;
                }

                [RuntimeExport("sample_switch")]
                private static int Switch(int n, int m)
                {
                    switch (n)
                    {
                        case 0: Port.Out(1, 2); return 5;
                        case 1: m *= 3; Port.Out(3, 4); break;
                        case 2: Zero(m); break;
                        case 3: Port.Out(9, m); return m * n;
                        case 4: return Deep(m);
                        case 5: Port.Out(3, 3); break;
                        default: return -1;
                    }

                    return m;
                }

                [MethodImpl(MethodImplOptions.NoInlining)]
                private static void Zero(int n)
                {
                    byte* bytes = stackalloc byte[64];
                    bytes[n] = 1;
                    Port.Out(bytes[1], bytes[2]);
                }

                [RuntimeExport("sample_set")]
                private static void Set() => s_handler = &Handle;

                [RuntimeExport("sample_call")]
                private static void Call() => s_handler(3);

                private static void Handle(int x) => Port.Out(x, /*handle*/ x);

                [RuntimeExport("sample_generic")]
                private static int Generic(int x)
                {
                    Counter<long> counter = default;
                    return counter.Add(x);
                }

                [RuntimeExport("sample_root")]
                private static void Root(int n) => Middle(n);

                [MethodImpl(MethodImplOptions.NoInlining)]
                private static void Middle(int n)
                {
                    Zero(n);
                    Port.Out(n, n);
                }
            }
        }
        """;

    private static readonly Lazy<(string Assembly, string Object)> s_files = new(Compile);

    /// <summary>The managed assembly.</summary>
    internal static string Assembly => s_files.Value.Assembly;

    /// <summary>The object's path.</summary>
    internal static string ObjectPath => s_files.Value.Object;

    /// <summary>The object.</summary>
    internal static ElfFile Object => ElfFile.Open(ObjectPath);

    /// <summary>The line, from 1, on which a text first stands.</summary>
    internal static int LineOf(string text) => Source[..Source.IndexOf(text, StringComparison.Ordinal)].Count(c => c == '\n') + 1;

    private static (string Assembly, string Object) Compile()
    {
        string version = typeof(CompiledSample).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(metadata => metadata.Key == "IlcVersion").Value!;
        string folder = Path.Combine(AppContext.BaseDirectory, "compiled-sample");
        Directory.CreateDirectory(folder);
        string assembly = SourceAssembly.Compile(folder, "Sample", Source, []);
        IlcPackages packages = IlcPackages.Locate(version);
        var request = new IlcRequest
        {
            Inputs = [assembly],
            References = [packages.CoreLibrary, typeof(AzaleaOS.Plugs.PlugAttribute).Assembly.Location],
            Output = Path.Combine(folder, "sample.o"),
            Packages = packages,
        };
        IlCompiler.Compile(request);
        return (assembly, request.Output);
    }
}
