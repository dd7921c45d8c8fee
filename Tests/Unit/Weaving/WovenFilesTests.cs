using AzaleaOS.Build.Weaving;
using Mono.Cecil;

namespace AzaleaOS.Tests.Unit.Weaving;

/// <summary>What the weaver leaves on the disc, and when it leaves it alone.</summary>
public class WovenFilesTests
{
    private const string Target = """
        public static class Till
        {
            public static int Total(int price) => price;
            public static int Kept(int price)
            {
                return price * 3;
            }
            public static string Where() => new System.Diagnostics.StackTrace(true).GetFrame(0).GetFileLineNumber().ToString();
        }
        """;

    private const string Plug = """
        [Plug(typeof(Till))] public static class P
        {
            public static int Total(int price)
                => price + 1;
        }
        """;

    [Fact]
    public void The_same_input_gives_the_same_bytes()
    {
        using var one = new WovenPair(Target, Plug);
        using var two = new WovenPair(Target, Plug);
        one.Weave();
        two.Weave();

        Assert.Equal(File.ReadAllBytes(one.WovenFile), File.ReadAllBytes(two.WovenFile));
        Assert.Equal(File.ReadAllBytes(Path.ChangeExtension(one.WovenFile, ".pdb")), File.ReadAllBytes(Path.ChangeExtension(two.WovenFile, ".pdb")));
    }

    [Fact]
    public void Untouched_methods_keep_their_lines_and_replaced_ones_have_none()
    {
        using var pair = new WovenPair(Target, Plug);
        pair.Weave();

        using ModuleDefinition module = ModuleDefinition.ReadModule(pair.WovenFile, new ReaderParameters { ReadSymbols = true });
        TypeDefinition till = module.GetType("Till");
        Assert.Equal(6, till.Methods.Single(method => method.Name == "Kept").DebugInformation.SequencePoints[0].StartLine);
        Assert.Empty(till.Methods.Single(method => method.Name == "Total").DebugInformation.SequencePoints);
    }

    [Fact]
    public void A_plug_keeps_the_lines_of_its_own_file()
    {
        using var pair = new WovenPair(Target, """
            [Plug(typeof(Till))] public static class P
            {
                [MethodImpl(MethodImplOptions.NoInlining)]
                public static string Where()
                {
                    return new System.Diagnostics.StackTrace(true).GetFrame(0).GetFileLineNumber().ToString();
                }
            }
            """);

        Assert.Equal("6", pair.Call("Till", "Where"));
    }

    [Fact]
    public void What_is_up_to_date_is_left_alone()
    {
        using var pair = new WovenPair(Target, Plug);
        Assert.Empty(pair.Weave().Reused);
        DateTime written = File.GetLastWriteTimeUtc(pair.WovenFile);

        Assert.Equal([pair.WovenFile], pair.Weave().Reused);
        Assert.Equal(written, File.GetLastWriteTimeUtc(pair.WovenFile));
    }

    [Theory]
    [InlineData("=> price + 1", "=> price + 2", true)]
    [InlineData("Total(int price)", "Total(int cost)", false)]
    [InlineData("public static int Total(int price)", "[PlugMethod(Enabled = false)] public static int Total(int price)", false)]
    public void Only_signatures_of_plugs_matter_not_their_bodies(string before, string after, bool reused)
    {
        using var pair = new WovenPair(Target, Plug);
        pair.Weave();
        string fingerprint = Weaver.Fingerprint(pair.Request);
        string edited = Plug.Replace(before, after, StringComparison.Ordinal);
        if (after.Contains("cost", StringComparison.Ordinal))
            edited = edited.Replace("=> price", "=> cost", StringComparison.Ordinal);
        SourceAssembly.Compile(Path.GetDirectoryName(pair.TargetFile)!, "Plugs", edited, [pair.TargetFile]);

        Assert.Equal(reused, Weaver.Fingerprint(pair.Request) == fingerprint);
        Assert.Equal(reused, pair.Weave().Reused.Count == 1);
    }

    [Fact]
    public void A_changed_target_is_woven_again()
    {
        using var pair = new WovenPair(Target, Plug);
        pair.Weave();
        string fingerprint = Weaver.Fingerprint(pair.Request);
        SourceAssembly.Compile(Path.GetDirectoryName(pair.TargetFile)!, "Target", Target.Replace("* 3", "* 4", StringComparison.Ordinal), []);

        Assert.NotEqual(fingerprint, Weaver.Fingerprint(pair.Request));
        Assert.Empty(pair.Weave().Reused);
        Assert.Equal(20, pair.Call("Till", "Kept", 5));
    }

    [Fact]
    public void A_target_without_plugs_is_written_as_well()
    {
        using var pair = new WovenPair(Target, "public class Nothing;");

        Assert.Equal(7, pair.Call("Till", "Total", 7));
    }
}
