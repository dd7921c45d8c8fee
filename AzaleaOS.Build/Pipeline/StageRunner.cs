using System.Collections.Concurrent;
using System.Diagnostics;
using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Pipeline;

/// <summary>Runs the stages of a build: each after those that write its inputs, independent ones side by side.</summary>
public sealed class StageRunner(StageCache cache, Action<string>? progress = null)
{
    private readonly ConcurrentQueue<StageTiming> _timings = new();

    /// <summary>Runs every stage whose inputs changed since it last ran.</summary>
    /// <returns>One entry for each stage, in the order in which they ended.</returns>
    /// <exception cref="BuildException">Stages failed: the errors of all of them. Stages that need theirs did not run.</exception>
    /// <exception cref="ArgumentException">Two stages write one file, or the stages depend on each other in a circle.</exception>
    public IReadOnlyList<StageTiming> Run(IReadOnlyList<BuildStage> stages)
    {
        Dictionary<BuildStage, Task> tasks = new(ReferenceEqualityComparer.Instance);
        foreach ((BuildStage stage, IReadOnlyList<BuildStage> needed) in InOrder(stages))
        {
            Task[] before = [.. needed.Select(other => tasks[other])];
            tasks[stage] = Task.Run(async () =>
            {
                // A stage that failed fails those that need it with its own error.
                await Task.WhenAll(before);
                RunOne(stage);
            });
        }

        List<BuildDiagnostic> errors = [];
        foreach (Task task in tasks.Values)
        {
            try
            {
                task.GetAwaiter().GetResult();
            }
            catch (BuildException failure)
            {
                errors.AddRange(failure.Diagnostics);
            }
        }

        return errors.Count == 0 ? [.. _timings] : throw new BuildException([.. errors.Distinct()]);
    }

    private void RunOne(BuildStage stage)
    {
        Stopwatch watch = Stopwatch.StartNew();
        bool current = cache.IsCurrent(stage);
        if (!current)
        {
            progress?.Invoke(stage.Name);
            foreach (string output in stage.Outputs)
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);

            cache.Forget(stage);
            stage.Run();
            foreach (string output in stage.Outputs)
            {
                if (!File.Exists(output))
                    throw new InvalidOperationException($"Stage '{stage.Name}' did not write {output}.");
            }

            cache.Remember(stage);
        }

        _timings.Enqueue(new StageTiming(stage.Name, !current, watch.Elapsed.TotalMilliseconds));
    }

    /// <summary>The stages so that each comes after those it needs.</summary>
    private static List<(BuildStage Stage, IReadOnlyList<BuildStage> Needed)> InOrder(IReadOnlyList<BuildStage> stages)
    {
        Dictionary<string, BuildStage> writers = new(StringComparer.Ordinal);
        foreach (BuildStage stage in stages)
        {
            foreach (string output in stage.Outputs)
            {
                if (!writers.TryAdd(Path.GetFullPath(output), stage))
                    throw new ArgumentException($"Two stages write {output}.", nameof(stages));
            }
        }

        List<(BuildStage, IReadOnlyList<BuildStage>)> ordered = [];
        HashSet<BuildStage> placed = new(ReferenceEqualityComparer.Instance);
        HashSet<BuildStage> open = new(ReferenceEqualityComparer.Instance);
        foreach (BuildStage stage in stages)
            Place(stage);

        return ordered;

        void Place(BuildStage stage)
        {
            if (placed.Contains(stage))
                return;

            if (!open.Add(stage))
                throw new ArgumentException($"Stage '{stage.Name}' needs itself.", nameof(stages));

            BuildStage[] needed = [.. stage.Inputs.Concat(stage.After)
                .Select(file => writers.GetValueOrDefault(Path.GetFullPath(file)))
                .OfType<BuildStage>()
                .Distinct()];
            foreach (BuildStage other in needed)
                Place(other);

            placed.Add(stage);
            ordered.Add((stage, needed));
        }
    }
}
