namespace AzaleaOS.Tests.Programs.Running;

/// <summary>Each of some words with 1, 2, 4 and 8 cores.</summary>
public sealed class OnCores : TheoryData<string, int>
{
    public OnCores(params string[] words)
    {
        foreach (string word in words)
        {
            foreach (int cpus in (int[])[1, 2, 4, 8])
                Add(word, cpus);
        }
    }
}
