using System.Security.Cryptography;
using System.Text;

namespace AzaleaOS.Build.Pipeline;

/// <summary>Remembers, in one small file per stage, from which inputs its outputs were made.</summary>
/// <remarks>
/// The first line of a stamp is the hash of all that decides the result, the others are the hashes of
/// the outputs: a stage is left out only if its inputs are the same and its outputs are untouched.
/// File times play no part, so a checkout or a touched file rebuilds nothing.
/// </remarks>
public sealed class StageCache(string directory, string toolVersion, ContentHashes hashes)
{
    /// <summary>True if the outputs on disk are those that this stage would write.</summary>
    public bool IsCurrent(BuildStage stage)
    {
        string stamp = StampOf(stage);
        return File.Exists(stamp) && File.ReadAllLines(stamp).SequenceEqual(Describe(stage));
    }

    /// <summary>Forgets the stage, before it runs: a build that is interrupted leaves no stamp behind.</summary>
    public void Forget(BuildStage stage)
    {
        if (File.Exists(StampOf(stage)))
            File.Delete(StampOf(stage));
    }

    /// <summary>Records the outputs that the stage has just written.</summary>
    public void Remember(BuildStage stage)
    {
        foreach (string output in stage.Outputs)
            hashes.Changed(output);

        Directory.CreateDirectory(directory);
        File.WriteAllLines(StampOf(stage), Describe(stage));
    }

    private string StampOf(BuildStage stage) => Path.Combine(directory, stage.Name.Replace(' ', '-') + ".stamp");

    private string[] Describe(BuildStage stage)
    {
        StringBuilder key = new();
        key.Append(toolVersion).Append('\n').Append(stage.Name).Append('\n').Append(stage.Options).Append('\n');
        foreach (string input in stage.Inputs)
            key.Append(Path.GetFileName(input)).Append(' ').Append(hashes.Of(input)).Append('\n');

        string inputs = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key.ToString())));
        return [inputs, .. stage.Outputs.Select(output => $"{hashes.Of(output)} {Path.GetFileName(output)}")];
    }
}
