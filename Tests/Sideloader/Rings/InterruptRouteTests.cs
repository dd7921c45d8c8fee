using AzaleaOS.Offload;

namespace AzaleaOS.Tests.Sideloader.Rings;

/// <summary>Which core hears of a queue when its own cannot be named by a message interrupt.</summary>
public sealed unsafe class InterruptRouteTests
{
    private const int Cores = 288;

    [Fact]
    public void A_core_with_a_small_APIC_id_is_interrupted_itself()
    {
        for (int core = 0; core <= InterruptRoute.HighestTarget; core++)
            Assert.Equal(core, InterruptRoute.TargetOf(core, &Same));
    }

    [Fact]
    public void The_others_have_a_core_that_can_be_reached_and_share_such_cores_evenly()
    {
        int[] targets = [.. Enumerable.Range((int)InterruptRoute.HighestTarget + 1, Cores - (int)InterruptRoute.HighestTarget - 1).Select(core => InterruptRoute.TargetOf(core, &Same))];
        Assert.Equal(33, targets.Length);
        Assert.Equal(targets.Length, targets.Distinct().Count());
        Assert.All(targets, target => Assert.InRange(target, 0, (int)InterruptRoute.HighestTarget));
    }

    [Fact]
    public void Where_ids_have_gaps_a_lower_core_is_looked_for_and_the_first_is_the_last_resort()
    {
        Assert.Equal([0, 1, 2, 2, 2, 2], Enumerable.Range(0, 6).Select(core => InterruptRoute.TargetOf(core, &Gap)));
        Assert.Equal(0, InterruptRoute.TargetOf(5, &OnlyTheFirst));
    }

    private static uint Same(int core) => (uint)core;

    private static uint Gap(int core) => core < 3 ? (uint)core : 256 + (uint)core;

    private static uint OnlyTheFirst(int core) => core == 0 ? 0 : 1000 + (uint)core;
}
