using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Conformance;

/// <summary>A program on musl whose system calls are calls does what the same source does with musl's own on Linux.</summary>
/// <remarks>AZALEA_LINKED=all runs more programs than a build has time for.</remarks>
public sealed class LinkedTests(SampleTree tree) : IClassFixture<SampleTree>
{
    private static readonly (string Program, int Cores)[] s_programs = [("promoted", 2), ("sigvectors", 1), ("scheduling", 2)];

    private static readonly (string Program, int Cores)[] s_more =
        [("hello", 1), ("death", 1), ("sigcodes", 1), ("promoted", 4), ("scheduling", 4), ("vdso", 1), ("terminal", 1)];

    public static TheoryData<string, int> Programs
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach ((string program, int cores) in Environment.GetEnvironmentVariable("AZALEA_LINKED") == "all" ? [.. s_programs, .. s_more] : s_programs)
                data.Add(program, cores);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_linked_program_prints_what_it_prints_on_Linux(string program, int cores)
    {
        string linked = tree.AddProgram(program, StaticProgram.Linked);
        string linux = tree.AddProgram(program, StaticProgram.Musl);
        tree.Here(new MachineDescription { Cpus = cores }, linked).MustEqual(tree.OnLinux("/usr/bin/setsid", "-w", linux));
    }
}
