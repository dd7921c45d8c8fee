using System.Globalization;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench;

/// <summary>A machine whose executed instructions are counted between two addresses.</summary>
/// <param name="plugin">The plugin of QEMU: Tests/Bench/Programs/instructions.c.</param>
/// <param name="result">A file for what it counts.</param>
internal sealed class CountedRun(string plugin, string result)
{
    /// <summary>Boots the machine and counts.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="from">Counting begins when this address is executed the first time.</param>
    /// <param name="to">It ends when this one is.</param>
    /// <param name="programsOnly">Whether only addresses of the lower half count.</param>
    /// <param name="cancellation">Stops the machine.</param>
    /// <param name="evenly">Whether cores that run at once advance at one speed, whatever else the host does.</param>
    /// <exception cref="LaunchException">The program did not end as it should, or the plugin counted nothing.</exception>
    /// <returns>Instructions of each core.</returns>
    internal long[] Run(MachineDescription machine, ulong from, ulong to, bool programsOnly, CancellationToken cancellation, bool evenly = false)
    {
        File.Delete(result);
        MachineResult run = Machine.Run(machine with
        {
            Accelerator = Accelerator.Tcg,
            ExtraArguments = [.. machine.ExtraArguments, "-plugin", string.Create(CultureInfo.InvariantCulture, $"{plugin},from={from:x},to={to:x},result={result}{(programsOnly ? ",lower=on" : "")}{(evenly ? ",even=on" : "")}")],
        }, cancellation: cancellation);
        cancellation.ThrowIfCancellationRequested();
        if (run.Status != 0 || !File.Exists(result))
            throw new LaunchException("AZ7204", $"a program did not run on {machine.Cpus} cores: {run}", null, ExitStatus.Failure);
        return [.. File.ReadLines(result).ElementAt(1).Split(' ').Select(word => long.Parse(word, CultureInfo.InvariantCulture))];
    }
}
