namespace AzaleaOS.Offload;

/// <summary>Which core the device interrupts for a queue.</summary>
/// <remarks>
/// A message interrupt names its core by eight bits, of which all ones mean every core (SDM vol. 3A, 11.11.1). A core with a
/// greater APIC id is interrupted by another one, which looks at its queue and passes the interrupt on.
/// </remarks>
internal static unsafe class InterruptRoute
{
    /// <summary>The greatest APIC id that a message interrupt can name alone.</summary>
    internal const uint HighestTarget = 254;

    // So that a few low cores share the work.
    private const int Spread = 128;

    /// <summary>The core that is interrupted for another one's queue.</summary>
    /// <param name="core">Whose queue: an index.</param>
    /// <param name="apicIdOf">The APIC id of a core.</param>
    /// <returns>The core itself if it can be reached; else one that can, or core 0.</returns>
    internal static int TargetOf(int core, delegate*<int, uint> apicIdOf)
    {
        if (apicIdOf(core) <= HighestTarget)
        {
            return core;
        }

        int target = core % Spread;
        while (target > 0 && apicIdOf(target) > HighestTarget)
        {
            target--;
        }

        return target;
    }
}
