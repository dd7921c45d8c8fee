using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Unit.Pipeline;

public sealed class SharedFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _made;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_one_build_made_the_next_one_copies()
    {
        Provide("key", "first");
        Provide("key", "second");

        Assert.Equal(1, _made);
        Assert.Equal("first", File.ReadAllText(Path.Combine(_folder["second"], "lib.dll")));
        Assert.Equal("first pdb", File.ReadAllText(Path.Combine(_folder["second"], "lib.pdb")));
    }

    [Fact]
    public void Another_key_is_made_anew()
    {
        Provide("key", "first");
        Provide("other", "second");

        Assert.Equal(2, _made);
        Assert.Equal("second", File.ReadAllText(Path.Combine(_folder["second"], "lib.dll")));
    }

    [Fact]
    public void Builds_at_the_same_time_make_it_once()
    {
        Parallel.For(0, 8, i => Provide("key", $"build{i}"));

        Assert.Equal(1, _made);
        Assert.All(Enumerable.Range(0, 8), i => Assert.True(File.Exists(Path.Combine(_folder[$"build{i}"], "lib.dll"))));
    }

    [Fact]
    public void A_build_that_fails_leaves_nothing_behind_that_looks_finished()
    {
        SharedFiles shared = new(_folder["shared"]);
        Assert.Throws<InvalidOperationException>(() => shared.Provide("key", "lib.*", _folder.Path, () => throw new InvalidOperationException()));

        Provide("key", "first");

        Assert.Equal(1, _made);
    }

    private void Provide(string key, string destination)
    {
        string folder = Directory.CreateDirectory(_folder[destination]).FullName;
        new SharedFiles(_folder["shared"]).Provide(key, "lib.*", folder, () =>
        {
            Interlocked.Increment(ref _made);
            File.WriteAllText(Path.Combine(folder, "lib.dll"), destination);
            File.WriteAllText(Path.Combine(folder, "lib.pdb"), destination + " pdb");
        });
    }
}
