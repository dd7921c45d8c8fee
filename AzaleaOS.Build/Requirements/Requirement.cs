using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Requirements;

/// <summary>Makes sure that the tools of a verb are there before it starts.</summary>
internal static class Requirement
{
    /// <summary>Installs what is missing where that is allowed and possible.</summary>
    /// <param name="activities">What is about to be done.</param>
    /// <param name="install">False to install nothing.</param>
    /// <param name="note">Takes lines of progress.</param>
    /// <param name="system">The host.</param>
    /// <param name="cancellation">Stops the installation.</param>
    /// <exception cref="LaunchException">Status 69: tools are missing; the advice is the exact command.</exception>
    internal static void Meet(Activity activities, bool install, Action<string> note, HostSystem system, CancellationToken cancellation)
    {
        IReadOnlyList<Tool> missing = ToolCatalog.Missing(activities, system);
        if (missing.Count == 0)
            return;
        InstallPlan plan = InstallPlan.For(missing, system);
        if (install && plan.Hints.Count == 0 && Installer.IsAllowed(system))
        {
            note($"installing what is missing: {Names(missing)}");
            Installer.Run(plan, system, cancellation);
            missing = ToolCatalog.Missing(activities, system);
            if (missing.Count == 0)
                return;
        }

        throw LaunchException.Unavailable("AZ7101", $"missing: {Names(missing)}", Advice(InstallPlan.For(missing, system), system));
    }

    private static string Names(IReadOnlyList<Tool> tools) => string.Join(", ", tools.Select(tool => tool.Name));

    private static string Advice(InstallPlan plan, HostSystem system)
    {
        if (plan.Commands.Count == 0)
            return "get it from:  " + string.Join(", ", plan.Hints);
        string command = system.HasApt ? $"install with:  {plan.OneLine(system)}" : $"there is no apt-get here; install what Debian calls:  {string.Join(' ', plan.Packages)}";
        return plan.Hints.Count == 0 ? command : $"{command}\n        and get  {string.Join(", ", plan.Hints)}";
    }
}
