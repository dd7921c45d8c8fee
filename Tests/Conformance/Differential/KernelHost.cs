using System.Globalization;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>The kernel: a boot for each run.</summary>
internal sealed class KernelHost(string program) : IScriptHost
{
    public (string Output, int Status) Run(string script, int first)
    {
        string archive = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(archive, ScriptFiles.ToArchive(program, script));
            MachineResult result = Machine.Run(new MachineDescription
            {
                Kernel = RunnerImage.Path,
                Initramfs = archive,
                CommandLine = ["--", ScriptFiles.Program, ScriptFiles.Script, first.ToString("x", CultureInfo.InvariantCulture)],
                Timeout = TimeSpan.FromSeconds(30),
            });
            return (result.Output.Replace("\r", "", StringComparison.Ordinal), result.Status);
        }
        finally
        {
            File.Delete(archive);
        }
    }
}
