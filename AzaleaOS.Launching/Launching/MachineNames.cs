namespace AzaleaOS.Build.Launching;

/// <summary>The names of machines on command lines and in MSBuild properties.</summary>
internal static class MachineNames
{
    /// <summary>All names, the default first.</summary>
    internal static readonly IReadOnlyList<string> All = ["q35", "pc", "microvm", "bochs"];

    /// <summary>The name of a machine, which is QEMU's where QEMU has it.</summary>
    internal static string Of(MachineKind kind) => All[(int)kind];

    /// <summary>The machine of a name.</summary>
    internal static bool TryParse(string name, out MachineKind kind)
    {
        for (int i = 0; i < All.Count; i++)
        {
            if (string.Equals(All[i], name, StringComparison.OrdinalIgnoreCase))
            {
                kind = (MachineKind)i;
                return true;
            }
        }

        kind = default;
        return false;
    }
}
