using System.Collections.Immutable;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>An argument of a call: the word, what must be in memory before, and what differs from run to run after.</summary>
/// <param name="Word">The word.</param>
/// <param name="Before">Words to store in the scratch memory.</param>
/// <param name="After">What is replaced after a successful call, in the script's language.</param>
internal sealed record Argument(Word Word, ImmutableArray<Poke> Before, ImmutableArray<string> After)
{
    internal Argument(Word word)
        : this(word, [], [])
    {
    }
}

/// <summary>Words that go into the scratch memory before a call.</summary>
/// <param name="Offset">Where.</param>
/// <param name="IsWide">64-bit words, or 32-bit ones.</param>
/// <param name="Words">What.</param>
internal sealed record Poke(long Offset, bool IsWide, ImmutableArray<Word> Words);
