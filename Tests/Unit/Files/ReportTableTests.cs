using System.Text;
using System.Text.RegularExpressions;
using AzaleaOS.Files.Reports;

namespace AzaleaOS.Tests.Unit.Files;

/// <summary>The table of /proc and /sys: what the kernel takes for granted of it.</summary>
public sealed partial class ReportTableTests
{
    private const string Numbers = "tavpmundi";
    private const string Pieces = "LMSHN";

    private static readonly string s_table = Encoding.ASCII.GetString(ReportTable.Text);

    [Fact]
    public void A_line_is_found_by_a_word_of_sixteen_bits() => Assert.InRange(s_table.Length, 1, ushort.MaxValue);

    [Fact]
    public void Sections_are_where_they_are_looked_for()
    {
        int[] heads = [.. Enumerable.Range(0, s_table.Length).Where(at => s_table[at] == '/' && (at == 0 || s_table[at - 1] == '\n'))];
        Assert.Equal(string.Join(", ", heads), string.Join(", ", ReportTable.Heads.ToArray()));
    }

    [Fact]
    public void Every_directory_has_a_section_and_every_section_a_directory()
    {
        string head = "";
        List<string> named = ["/proc", "/sys"];
        List<string> sections = [];
        bool isInside = false;
        foreach (string line in s_table.Split('\n'))
        {
            if (line.StartsWith('/'))
            {
                // Of several heads the last one counts for what follows; what comes before it belongs to the first alone.
                head = line;
                sections.Add(line);
                isInside = true;
            }
            else if (isInside && Entry().Match(line) is { Success: true } entry && line[entry.Length - 1] == '/')
            {
                Assert.Matches("^[A-z]2?$", line[entry.Length..]);
                string name = entry.Groups[1].Value;
                Assert.Equal($"{head}/{name}", HeadOf(line[entry.Length]));
                foreach (string parent in HeadsOf(sections, head))
                    named.Add($"{parent}/{name}");
            }
        }

        sections.RemoveAll(section => section.StartsWith("/?", StringComparison.Ordinal));
        Assert.Equal(sections.Order(StringComparer.Ordinal), named.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Sections_that_no_directory_leads_to_have_the_letters_that_the_kernel_takes()
    {
        Assert.Equal("/proc", HeadOf('A'));
        Assert.Equal("/sys", HeadOf('P'));
        Assert.All("cde", letter => Assert.Equal($"/?{letter}", HeadOf(letter)));
    }

    [Fact]
    public void A_line_that_stands_for_numbers_is_the_first_of_its_section()
    {
        string[] lines = s_table.Split('\n');
        Assert.All(Enumerable.Range(0, lines.Length).Where(at => Entry().Match(lines[at]).Groups[1].Value.Contains('#', StringComparison.Ordinal)), at => Assert.StartsWith("/", lines[at - 1]));
    }

    [Fact]
    public void Names_in_a_section_differ_and_each_says_what_it_is()
    {
        foreach (string section in s_table.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] lines = [.. section.Split('\n').Where(line => line is not ("" or ['/', ..] or ['|', ..] or ['*', ..]))];
            Assert.All(lines, line => Assert.Matches(Entry(), line));
            string[] names = [.. lines.Select(line => Entry().Match(line).Groups[1].Value)];
            Assert.Equal(names.Length, names.Distinct().Count());
        }
    }

    [Fact]
    public void Every_value_is_of_a_group_that_there_is()
    {
        foreach (string line in s_table.Split('\n').Where(line => line.Contains('%', StringComparison.Ordinal)))
        {
            string rest = Value().Replace(line, match =>
            {
                string group = match.Groups["group"].Value;
                return group is "" || Numbers.Contains(group, StringComparison.Ordinal) || Pieces.Contains(group, StringComparison.Ordinal) ? "" : match.Value;
            });
            Assert.DoesNotContain('%', rest);
        }
    }

    [Fact]
    public void The_system_is_called_as_uname_calls_it()
    {
        string release = Encoding.ASCII.GetString(SystemName.Release);
        string version = Encoding.ASCII.GetString(SystemName.Version);
        Assert.Contains($"\nosrelease={release}\n", s_table);
        Assert.Contains($"\nversion={version}\n", s_table);
        Assert.Contains($"\nversion=Linux version {release} {version}\n", s_table);
        Assert.Contains($"\nostype={Encoding.ASCII.GetString(SystemName.System)}\n", s_table);
        Assert.Contains($"\nhostname={Encoding.ASCII.GetString(SystemName.Node)}\n", s_table);
        Assert.Contains($"\ndomainname={Encoding.ASCII.GetString(SystemName.Domain)}\n", s_table);
    }

    private static string HeadOf(char letter) => s_table[ReportTable.Heads[letter - 'A']..].Split('\n')[0];

    private static IEnumerable<string> HeadsOf(List<string> sections, string head)
        => head is "/proc/#P/task/#T" ? [.. sections.Where(section => section is "/proc/#P" or "/proc/#P/task/#T")] : [head];

    [GeneratedRegex("^([A-Za-z0-9_.+-]+(?:#[A-Z])?|#[A-Z])[=:;~!>@/]")]
    private static partial Regex Entry();

    [GeneratedRegex("%(?:[0-9]+_|0?[0-9]*&?[xockg.]?(?<group>[A-Za-z])[A-Za-z])")]
    private static partial Regex Value();
}
