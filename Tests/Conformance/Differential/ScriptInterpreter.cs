namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>The program that runs scripts, compiled once, on both kernels.</summary>
public sealed class ScriptInterpreter : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("azalea-script-").FullName;

    public ScriptInterpreter()
    {
        string program = Path.Combine(_folder, "script");
        StaticProgram.Compile("script", program, "-static", "-nostdlib", "-fno-stack-protector");
        Linux = new LinuxHost(program);
        Kernel = new KernelHost(program);
        Peer = new PeerHost(program);
    }

    internal IScriptHost Linux { get; }

    internal IScriptHost Kernel { get; }

    internal IScriptHost Peer { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
