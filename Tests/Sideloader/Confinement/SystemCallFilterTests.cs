using AzaleaOS.Sideloader.Confinement;

namespace AzaleaOS.Tests.Sideloader.Confinement;

/// <summary>Calls that are made for each request cost no run of the filter: Linux remembers those that pass whatever their arguments are.</summary>
/// <remarks>As Linux finds them out: the filter is followed with a number and nothing else. Source: Linux, kernel/seccomp.c, seccomp_is_const_allow.</remarks>
public sealed class SystemCallFilterTests
{
    private const uint Architecture = 0xC000_003E;
    private const uint Allow = 0x7FFF_0000;

    [Theory]
    [InlineData(0, "read")]
    [InlineData(1, "write")]
    [InlineData(7, "poll")]
    [InlineData(8, "lseek")]
    [InlineData(17, "pread64")]
    [InlineData(18, "pwrite64")]
    [InlineData(232, "epoll_wait")]
    [InlineData(295, "preadv")]
    [InlineData(296, "pwritev")]
    [InlineData(327, "preadv2")]
    [InlineData(328, "pwritev2")]
    [InlineData(451, "cachestat")]
    public void A_call_of_the_data_path_passes_by_its_number_alone(uint number, string name)
        => Assert.True(Follow(number) == Allow, $"{name} is looked at each time");

    [Theory]
    [InlineData(16)]
    [InlineData(41)]
    [InlineData(56)]
    public void A_call_whose_arguments_matter_does_not(uint number) => Assert.Null(Follow(number));

    [Fact]
    public void An_unknown_call_is_an_error() => Assert.Equal(0x0005_0001u, Follow(59));

    /// <summary>The verdict, or null if it depends on arguments.</summary>
    private static uint? Follow(uint number)
    {
        SystemCallFilter.Instruction[] program = SystemCallFilter.Assemble(process: 1);
        uint value = 0;
        for (int at = 0; ; at++)
        {
            SystemCallFilter.Instruction now = program[at];
            switch (now.Code)
            {
                // BPF_LD | BPF_W | BPF_ABS: the number, the architecture, or an argument.
                case 0x20 when now.Value <= 4:
                    value = now.Value == 0 ? number : Architecture;
                    break;
                case 0x20:
                    return null;
                // BPF_JMP | BPF_JEQ and BPF_JSET.
                case 0x15:
                    at += value == now.Value ? now.IfTrue : now.IfFalse;
                    break;
                case 0x45:
                    at += (value & now.Value) != 0 ? now.IfTrue : now.IfFalse;
                    break;
                case 0x06:
                    return now.Value;
                default:
                    throw new InvalidOperationException($"instruction {at} is 0x{now.Code:x}");
            }
        }
    }
}
