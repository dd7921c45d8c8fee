using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>Calls that belong together: a program is made of those of one theme.</summary>
/// <param name="Name">What the theme is.</param>
/// <param name="Calls">The calls it mixes.</param>
internal sealed record Theme(string Name, ImmutableArray<Syscall> Calls)
{
    /// <summary>Calls that a program starts with.</summary>
    internal ImmutableArray<Syscall> Prelude { get; init; } = [];

    /// <summary>Steps that are no calls, and how often they come.</summary>
    internal ImmutableArray<(int Weight, Gen<ScriptStep> Step)> Others { get; init; } = [];

    /// <summary>Looks at memory after every program.</summary>
    internal bool EndsWithPages { get; init; }

    /// <summary>The first pages of the arena: mapped, protection, contents.</summary>
    internal static Gen<ScriptStep> Pages { get; } = Gen.Constant(new ScriptStep(0, "m", null, [new Place(0xff000), new Number(20)], [], []));

    /// <summary>Programs of this theme.</summary>
    /// <param name="isAnswered">Whether the kernel has a call.</param>
    internal Gen<ScriptProgram> Programs(Func<Syscall, bool> isAnswered)
    {
        Gen<ScriptStep> any = Gen.Frequency([.. Calls.Where(isAnswered).Select(call => (call.Weight, Step(call))), .. Others]);
        return from prelude in Gen.CollectToArray(Prelude.Where(isAnswered).Select(Step))
               from count in Gen.Choose(2, 14)
               from steps in Gen.ListOf(any, count)
               from last in Gen.CollectToArray<ScriptStep>(EndsWithPages ? [Pages] : [])
               select PutTogether([.. prelude, .. steps, .. last]);
    }

    private static Gen<ScriptStep> Step(Syscall call) =>
        from arguments in Gen.CollectToArray(call.Arguments)
        select new ScriptStep(
            0, "c", call,
            [.. arguments.Select(argument => argument.Word)],
            [.. arguments.SelectMany(argument => argument.Before)],
            [.. arguments.SelectMany(argument => argument.After)]);

    /// <summary>Gives steps their names, and turns "something made before" into what that is.</summary>
    private static ScriptProgram PutTogether(IReadOnlyList<ScriptStep> steps)
    {
        var made = Enum.GetValues<Product>().ToDictionary(product => product, _ => new List<Word>());
        List<ScriptStep> complete = [];
        for (int id = 0; id < steps.Count; id++)
        {
            ScriptStep step = steps[id] with
            {
                Id = id,
                Words = [.. steps[id].Words.Select(Resolve)],
                Before = [.. steps[id].Before.Select(poke => poke with { Words = [.. poke.Words.Select(Resolve)] })],
            };
            complete.Add(step);
            long place = step.Words.OfType<Place>().LastOrDefault()?.Offset ?? 0;
            switch (step.Call?.Makes)
            {
                case Product.Descriptor or Product.Mapping or Product.ZeroDevice:
                    made[step.Call.Makes].Add(new Result(id));
                    break;
                case Product.TwoDescriptors:
                    made[Product.Descriptor].AddRange([new Stored('M', place), new Stored('M', place + 4)]);
                    break;
                case Product.Timer:
                    made[Product.Timer].Add(new Stored('K', place));
                    break;
            }
        }

        return new ScriptProgram([.. complete]);

        Word Resolve(Word word) => word is not Earlier earlier ? word
            : made[earlier.Product] is not { Count: > 0 } words ? new Number(-1)
            : words[earlier.Choice % words.Count] is Result result ? result with { Plus = earlier.Plus }
            : words[earlier.Choice % words.Count];
    }
}
