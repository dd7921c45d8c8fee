using System.Collections.Concurrent;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Programs.Building;

/// <summary>The programs, each made once and kept in artifacts/programs until its sources or tools change.</summary>
internal static class ProgramStore
{
    private static readonly string s_root = Path.Combine(SourceTree.Root, "artifacts", "programs");
    private static readonly ConcurrentDictionary<string, Lazy<string>> s_programs = new();

    /// <summary>The path of a program, which is made if it is not there.</summary>
    internal static string Find(string name) => s_programs.GetOrAdd(name, static name => new Lazy<string>(() => Make(Recipes.Find(name)))).Value;

    private static string Make(ProgramRecipe recipe)
    {
        string folder = Path.Combine(s_root, $"{recipe.Name}-{recipe.Key()}");
        string program = Path.Combine(folder, recipe.Name);
        if (File.Exists(program))
            return program;

        Directory.CreateDirectory(s_root);
        string work = $"{folder}.{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(work);
            foreach (string source in recipe.SourceFiles)
            {
                string copy = Path.Combine(work, source);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(Path.Combine(ProgramRecipe.SourcesRoot, source), copy);
            }

            recipe.Build(new BuildFolder(work));
            foreach (string old in Directory.EnumerateDirectories(s_root, recipe.Name + "-????????????????"))
                Directory.Delete(old, recursive: true);
            Directory.CreateDirectory(folder);
            foreach (string companion in recipe.Companions.Where(name => File.Exists(Path.Combine(work, name))))
                File.Move(Path.Combine(work, companion), Path.Combine(folder, companion), overwrite: true);
            File.Move(Path.Combine(work, recipe.Name), program, overwrite: true);
            return program;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }
}
