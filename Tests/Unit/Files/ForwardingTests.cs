using System.Text;
using AzaleaOS.Syscalls;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Files;

/// <summary>Which paths are the kernel's when a Linux peer has a tree.</summary>
public sealed class ForwardingTests
{
    [Theory]
    [InlineData("/", false)]
    [InlineData("/proc", true)]
    [InlineData("/proc/", true)]
    [InlineData("/proc/self/maps", true)]
    [InlineData("//dev//null", true)]
    [InlineData("/./sys", true)]
    [InlineData("/tmp/../proc/version", false)]
    [InlineData("/../../proc", false)]
    [InlineData("/proc/../dev/null", true)]
    [InlineData("/proc/self/../version", true)]
    [InlineData("/proc/..", false)]
    [InlineData("/proc/../etc/passwd", false)]
    [InlineData("/proc/1/../../home", false)]
    [InlineData("/process", false)]
    [InlineData("/pro", false)]
    [InlineData("/home/proc", false)]
    [InlineData("/device", false)]
    [InlineData("/...", false)]
    public void The_first_name_decides_and_the_peer_looks_at_what_leads_to_others(string path, bool isInternal) =>
        Assert.Equal(isInternal, Forwarding.IsInternal(Encoding.UTF8.GetBytes(path)));

    [Property(MaxTest = 2000)]
    public Property No_answer_of_a_peer_is_taken_but_a_path_of_the_kernels()
    {
        string[] names = ["proc", "sys", "dev", "home", "..", ".", "", "self", "pro", "\0", "\u00ff", "..."];
        Gen<string> path = Gen.Elements(names).ArrayOf().Select(parts => "/" + string.Join('/', parts));
        Gen<string> noise = Gen.Choose(0, 255).Select(value => (char)value).ArrayOf().Select(text => new string(text));
        Gen<string> mixed = Gen.OneOf(path, path.Select(text => text[1..]), noise, path.SelectMany(text => noise.Select(end => text + end)));
        return Prop.ForAll(mixed.ToArbitrary(), text =>
        {
            bool expected = text.StartsWith('/') && !text.Contains('\0', StringComparison.Ordinal) && (IsBelowKernelsPlaces(text) || text.EndsWith("/..", StringComparison.Ordinal));
            return Redirection.IsGood(Encoding.Latin1.GetBytes(text)) == expected;
        });
    }

    /// <summary>By the names that lead from the root to where the path is after each of its steps.</summary>
    private static bool IsBelowKernelsPlaces(string path)
    {
        List<string> names = [];
        foreach (string step in path.Split('/').Where(step => step is not ("" or ".")))
        {
            if (step != "..")
                names.Add(step);
            else if (names is ["proc" or "sys" or "dev", ..])
                names.RemoveAt(names.Count - 1);
            else
                return false;
        }

        return names is ["proc" or "sys" or "dev", ..];
    }
}
