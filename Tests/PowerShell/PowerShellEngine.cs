using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace AzaleaOS.Tests.Scripts;

/// <summary>Runs PowerShell text in the engine that PowerShell 7 is made of.</summary>
/// <remarks>
/// The engine alone, without pwsh: the modules with Write-Host, Test-Path and most other commands are not
/// there, so a script that needs them fails here although it would run on a full installation.
/// </remarks>
internal static class PowerShellEngine
{
    /// <summary>Runs the text with a working directory and, if given, another PATH for the programs it starts.</summary>
    internal static ScriptResult Run(string text, string directory, string? path = null)
    {
        string? oldPath = Environment.GetEnvironmentVariable("PATH");
        TextWriter oldError = Console.Error;
        using StringWriter console = new();
        try
        {
            Console.SetError(console);
            if (path is not null)
                Environment.SetEnvironmentVariable("PATH", path);

            using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
            runspace.Open();
            runspace.SessionStateProxy.Path.SetLocation(directory);
            using PowerShell shell = PowerShell.Create(runspace);
            string thrown = "";
            string output = "";
            try
            {
                output = string.Join('\n', shell.AddScript(text).Invoke().Select(item => item?.ToString()));
            }
            catch (RuntimeException failure)
            {
                thrown = failure.Message;
            }

            // pwsh -File ends with 1 when the script throws, else with what "exit" or the last program said.
            int status = thrown.Length > 0 ? 1 : runspace.SessionStateProxy.GetVariable("LASTEXITCODE") is int code ? code : 0;
            return new ScriptResult(status, output, string.Join('\n', shell.Streams.Error.Select(error => error.ToString()).Append(console.ToString()).Append(thrown)));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", oldPath);
            Console.SetError(oldError);
        }
    }
}
