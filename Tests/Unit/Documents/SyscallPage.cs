using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Syscalls;
using AzaleaOS.Tests.Unit.Architecture;

namespace AzaleaOS.Tests.Unit.Documents;

/// <summary>docs/syscalls.md: every system call of Linux on x86-64, made from the attributes in the kernel, the tests and the list of differences.</summary>
internal static partial class SyscallPage
{
    internal const string File = "docs/syscalls.md";

    private const int Largest = 469;
    private const int MostSources = 3;
    private const string Differences = "docs/differences.md";

    // Numbers that the trace does not name: they are for the kernel's own trampolines.
    private static readonly Dictionary<int, string> s_others = new() { [335] = "uretprobe", [336] = "uprobe" };

    // Calls that programs make by another name of the C library.
    private static readonly Dictionary<string, string[]> s_wrappers = new()
    {
        ["pread64"] = ["pread"],
        ["pwrite64"] = ["pwrite"],
        ["rt_sigaction"] = ["sigaction", "signal"],
        ["rt_sigprocmask"] = ["sigprocmask", "pthread_sigmask"],
        ["rt_sigpending"] = ["sigpending"],
        ["rt_sigtimedwait"] = ["sigtimedwait", "sigwaitinfo", "sigwait"],
        ["rt_sigqueueinfo"] = ["sigqueue"],
        ["rt_tgsigqueueinfo"] = ["pthread_sigqueue"],
        ["rt_sigsuspend"] = ["sigsuspend"],
        ["newfstatat"] = ["fstatat"],
        ["fadvise64"] = ["posix_fadvise"],
        ["getdents64"] = ["readdir"],
        ["exit_group"] = ["exit", "_exit"],
        ["exit"] = ["pthread_exit"],
        ["clone"] = ["pthread_create"],
        ["clone3"] = ["pthread_create"],
        ["prlimit64"] = ["prlimit"],
        ["sendto"] = ["send"],
        ["recvfrom"] = ["recv"],
        ["pselect6"] = ["pselect"],
        ["eventfd2"] = ["eventfd"],
        ["signalfd4"] = ["signalfd"],
        ["wait4"] = ["waitpid", "wait"],
        ["uname"] = ["uname"],
        ["_sysctl"] = [],
    };

    internal static string Path => System.IO.Path.Combine(Repository.Root, File);

    /// <summary>The page's text.</summary>
    internal static string Write()
    {
        Dictionary<int, SyscallAttribute> offered = Offered();
        List<(string Name, string Text)> sources = Sources();
        List<(string Heading, string Text)> sections = Sections();
        SyscallAttribute[] own = [.. offered.Values.Where(call => call.Number >= AzaleaCall.First).OrderBy(call => call.Number)];
        int all = offered.Count - own.Length;
        int here = offered.Values.Count(call => !call.Offload) - own.Length;
        var page = new StringBuilder();
        page.Append(
            $"""
            # System calls

            Every system call of Linux on x86-64, up to number {Largest}. {all} are offered: {here} are served
            by the kernel itself, {all - here} by the Linux beside it. All others give the error that is shown; [differences.md](differences.md) says
            why, and where a call that is offered answers differently from Linux.

            "Tested by" names the differential tests, which run generated programs on Linux and here, and up to {MostSources} programs
            of `Tests` that make the call. This page is [generated](developer/build.md#the-page-of-system-calls).

            | number | name | served | tested by | differences |
            |---:|---|---|---|---|

            """);
        for (int number = 0; number <= Largest; number++)
        {
            string name = NameOf(number);
            if (name.Length != 0)
                page.Append(CultureInfo.InvariantCulture, $"| {number} | `{name}` | {Served(number, offered)} | {TestedBy(name, sources)} | {Links(name, sections)} |\n");
        }

        page.Append("\nThe kernel's own calls, which Linux does not have; [own-calls.md](own-calls.md) says what they do.\n\n| number | name | tested by |\n|---:|---|---|\n");
        foreach (SyscallAttribute call in own)
            page.Append(CultureInfo.InvariantCulture, $"| 0x{call.Number:x} | `{NameOf(call.Number)}` | {TestedBy(NameOf(call.Number), sources)} |\n");

        return page.ToString();
    }

    private static Dictionary<int, SyscallAttribute> Offered() =>
        typeof(SyscallAttribute).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public))
            .SelectMany(method => method.GetCustomAttributes<SyscallAttribute>())
            .ToDictionary(attribute => attribute.Number);

    private static string NameOf(int number)
        => s_others.TryGetValue(number, out string? other) ? other : Encoding.ASCII.GetString(SyscallNames.Find((ulong)number, out _));

    private static string Served(int number, Dictionary<int, SyscallAttribute> offered)
    {
        if (offered.TryGetValue(number, out SyscallAttribute? call))
            return call.Offload ? "by Linux" : "here";
        string error = Encoding.ASCII.GetString(ErrnoNames.Find((int)-Unknown.Answer((ulong)number)));
        return $"not offered: {error}";
    }

    private static string TestedBy(string name, List<(string Name, string Text)> sources)
    {
        string[] names = [name, .. s_wrappers.GetValueOrDefault(name, [])];
        var call = new Regex($@"(?<![\w""])(?:(?:SYS_|__NR_){Regex.Escape(name)}\b|(?:{string.Join('|', names.Select(Regex.Escape))})\()|new(?: Syscall)?\(""{Regex.Escape(name)}"", ");
        List<string> found = [.. sources.Where(source => call.IsMatch(source.Text)).Select(source => source.Name).Distinct()];
        return string.Join(", ", found.Take(MostSources + (found.FirstOrDefault() == "differential" ? 1 : 0)));
    }

    /// <summary>The generator's themes, and the programs in C.</summary>
    private static List<(string Name, string Text)> Sources()
    {
        List<(string, string)> sources =
        [
            .. Repository.Sources.Where(file => file.StartsWith("Tests/Conformance/Differential/Themes/", StringComparison.Ordinal)).Select(file => ("differential", Repository.Read(file))),
        ];
        foreach (string folder in (ReadOnlySpan<string>)["Tests/Conformance/Programs", "Tests/Programs/Sources"])
        {
            sources.AddRange(Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, folder), "*.c", SearchOption.AllDirectories)
                .Where(file => System.IO.Path.GetFileName(file) != "script.c")
                .Order(StringComparer.Ordinal)
                .Select(file => ($"`{System.IO.Path.GetFileName(file)}`", System.IO.File.ReadAllText(file))));
        }

        return sources;
    }

    /// <summary>The sections of the list of differences.</summary>
    private static List<(string Heading, string Text)> Sections() =>
    [
        .. Repository.Read(Differences).Split("\n## ")[1..].Select(section => (section[..section.IndexOf('\n', StringComparison.Ordinal)], section)),
    ];

    private static string Links(string name, List<(string Heading, string Text)> sections)
    {
        string[] names = [name, .. s_wrappers.GetValueOrDefault(name, [])];
        var mention = new Regex($@"`[^`\n]*(?<![\w-])(?:{string.Join('|', names.Select(Regex.Escape))})(?![\w-])[^`\n]*`");
        return string.Join(", ", sections.Where(section => mention.IsMatch(section.Text)).Select(section => $"[{section.Heading}](differences.md#{Anchor(section.Heading)})"));
    }

    private static string Anchor(string heading) => NotInAnchors().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
