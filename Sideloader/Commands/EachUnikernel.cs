using AzaleaOS.Build.Launching;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Commands;

/// <summary>Does the same with several unikernels: what goes wrong with one does not keep the others from it.</summary>
internal static class EachUnikernel
{
    /// <summary>Does it, and prints each number or the outcomes as JSON.</summary>
    /// <returns>The status of the first that failed, else 0.</returns>
    internal static int Do(IReadOnlyList<string> ids, bool json, Func<UnikernelDirectory, Outcome> action)
    {
        StateDirectory state = StateDirectory.Open();
        List<Outcome> outcomes = [];
        int status = ExitStatus.Success;
        foreach (string id in ids)
        {
            int one = Reporting.Run(() =>
            {
                outcomes.Add(action(state.Find(id)));
                return ExitStatus.Success;
            });
            status = status == ExitStatus.Success ? one : status;
        }

        if (json)
            Reporting.Json<IReadOnlyList<Outcome>>(outcomes, SideloaderJson.Indented.IReadOnlyListOutcome);
        else
            Console.Write(string.Concat(outcomes.Select(outcome => outcome.Id + "\n")));
        return status;
    }

    /// <summary>Connects to one that runs; null if it ended.</summary>
    internal static ControlClient? Connect(UnikernelDirectory home) => home.Read().IsActive ? ControlClient.Connect(home) : null;

    /// <summary>What became of one, with its status if that is known already.</summary>
    internal static Outcome OutcomeOf(UnikernelDirectory home, string result) =>
        new(home.Id, result, home.HasRecord ? home.Read().Status : null);
}
