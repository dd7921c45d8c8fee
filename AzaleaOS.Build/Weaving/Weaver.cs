using System.Security.Cryptography;
using System.Text;
using AzaleaOS.Build.Diagnostics;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace AzaleaOS.Build.Weaving;

/// <summary>Makes methods of any assembly forward to plugs, and gives system calls their symbols.</summary>
/// <remarks>
/// A woven assembly depends on its original and on the plugs' signatures, not on their bodies. A stamp
/// beside each file holds the hash of both, so that System.Private.CoreLib, which takes seconds to
/// write, is written once.
/// </remarks>
public static class Weaver
{
    // Part of every stamp: raise it when the weaver writes something else for the same input.
    private const string Version = "azalea weaver 1";

    /// <summary>Weaves all targets, or takes them as they are if they are up to date.</summary>
    /// <exception cref="BuildException">AZ1xxx: every plug and system call that does not fit, each with file and line.</exception>
    public static WeaveResult Weave(WeaveRequest request)
    {
        using var assemblies = new AssemblySet(request.Targets.Concat(request.Plugs), request.References);
        var errors = new List<BuildDiagnostic>();
        PlugClass[] plugs = ReadPlugs(assemblies, request.Plugs, errors);
        Job[] jobs = [.. request.Targets.Select(target => new Job(assemblies.Open(target), target, request.OutputDirectory, Stamp(target, plugs, request.Offload)))];

        var stale = new HashSet<AssemblyDefinition>(jobs.Where(job => !job.IsCurrent).Select(job => job.Assembly));
        var matcher = new PlugMatcher(assemblies, [.. jobs.Select(job => job.Assembly)], stale, errors);
        if (stale.Count > 0)
        {
            foreach (PlugClass plug in plugs)
                matcher.Match(plug);
        }
        Throw(errors);

        var forwarders = new Dictionary<ModuleDefinition, Forwarder>();
        foreach (Replacement replacement in matcher.Replacements)
        {
            ModuleDefinition module = replacement.Target.Module;
            if (!stale.Contains(module.Assembly))
                continue;
            if (!forwarders.TryGetValue(module, out Forwarder? forwarder))
                forwarders.Add(module, forwarder = new Forwarder(module, assemblies));
            forwarder.Write(replacement);
        }
        var syscalls = new SyscallPass(assemblies, request.Offload, errors);
        foreach (Job job in jobs)
            syscalls.Run(job.Assembly, write: !job.IsCurrent);
        Throw(errors);

        Directory.CreateDirectory(request.OutputDirectory);
        foreach (Job job in jobs.Where(job => !job.IsCurrent))
            job.Write();
        return new WeaveResult(
            [.. jobs.Select(job => job.Output)],
            syscalls.Entries,
            [.. jobs.Where(job => job.IsCurrent).Select(job => job.Output)]);
    }

    /// <summary>
    /// A hash of all that the woven assemblies depend on: the targets' contents and the plugs'
    /// signatures, not their bodies. Equal fingerprints, equal output.
    /// </summary>
    public static string Fingerprint(WeaveRequest request)
    {
        using var assemblies = new AssemblySet(request.Targets.Concat(request.Plugs), request.References);
        var errors = new List<BuildDiagnostic>();
        PlugClass[] plugs = ReadPlugs(assemblies, request.Plugs, errors);
        Throw(errors);
        return Hash(string.Join('\n', request.Targets.Select(target => Stamp(target, plugs, request.Offload))));
    }

    private static PlugClass[] ReadPlugs(AssemblySet assemblies, IReadOnlyList<string> files, List<BuildDiagnostic> errors)
    {
        var reader = new PlugReader(errors);
        return [.. files.SelectMany(file => reader.Read(assemblies.Open(file)))];
    }

    private static string Stamp(string target, IEnumerable<PlugClass> plugs, bool offload)
    {
        var text = new StringBuilder(Version).Append('\n');
        // The class library has no system calls, and is shared by images with and without the channel.
        if (offload && Path.GetFileNameWithoutExtension(target) != "System.Private.CoreLib")
            text.Append("offload\n");
        using (FileStream file = File.OpenRead(target))
            text.Append(Convert.ToHexString(SHA256.HashData(file))).Append('\n');
        foreach (PlugClass plug in plugs)
        {
            text.Append($"{plug.Type.Module.Assembly.Name.FullName} {plug.TargetText} {plug.IsOptional} {plug.Inheritable}\n");
            foreach (PlugMember member in plug.Members)
            {
                text.Append($"  {member.Method.FullName} {member.TargetName} {member.IsOptional} {member.IsWildcard} {member.DoesNotReturn}");
                foreach (ParameterDefinition parameter in member.Method.Parameters)
                {
                    text.Append($" {parameter.Name}:{ParameterPassing.Of(parameter)}");
                    if (PlugAttributes.Find(parameter, "FieldAccess") is { } access)
                        text.Append($"={string.Join(',', PlugAttributes.Values(access).Values)}");
                    if (PlugAttributes.Find(parameter, "TargetMember") is not null)
                        text.Append("=name");
                }
                text.Append('\n');
            }
        }
        return Hash(text.ToString());
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static void Throw(List<BuildDiagnostic> errors)
    {
        if (errors.Count > 0)
            throw new BuildException([.. errors.Distinct()]);
    }

    // One target on its way to its output.
    private sealed record Job(AssemblyDefinition Assembly, string Input, string Directory, string Stamp)
    {
        internal string Output { get; } = Path.Combine(Directory, Path.GetFileName(Input));

        private string StampFile => Output + ".stamp";

        internal bool IsCurrent { get; } = IsUpToDate(Path.Combine(Directory, Path.GetFileName(Input)), Stamp);

        private static bool IsUpToDate(string output, string stamp)
            => File.Exists(output) && File.Exists(output + ".stamp") && File.ReadAllText(output + ".stamp") == stamp;

        internal void Write()
        {
            // Without the old stamp an interrupted writing cannot pass for a finished one.
            File.Delete(StampFile);
            bool hasSymbols = Assembly.MainModule.HasSymbols;
            using PdbFile? symbols = hasSymbols ? new PdbFile(Path.ChangeExtension(Output, ".pdb")) : null;
            Assembly.Write(Output, new WriterParameters
            {
                DeterministicMvid = true,
                Timestamp = 0,
                WriteSymbols = hasSymbols,
                SymbolWriterProvider = hasSymbols ? new PortablePdbWriterProvider() : null,
                SymbolStream = symbols,
            });
            File.WriteAllText(StampFile, Stamp);
        }
    }

    // The assembly holds the PDB's path, which would make it differ from folder to folder. Who looks for
    // the PDB (ilc, debuggers) takes the name and looks beside the assembly.
    private sealed class PdbFile(string path) : FileStream(path, FileMode.Create, FileAccess.ReadWrite)
    {
        public override string Name => "/" + Path.GetFileName(base.Name);
    }
}
