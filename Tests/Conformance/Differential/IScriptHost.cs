namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>A kernel that runs a script.</summary>
internal interface IScriptHost
{
    /// <summary>Runs the programs of a script from one on, until the end or until one of them ends the process.</summary>
    /// <returns>What was printed, and the status as a shell shows it.</returns>
    public (string Output, int Status) Run(string script, int first);
}
