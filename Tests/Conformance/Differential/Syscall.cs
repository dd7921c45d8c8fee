using FsCheck;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>A system call as the generator knows it.</summary>
/// <param name="Name">Linux's name.</param>
/// <param name="Number">Linux's number.</param>
/// <param name="Arguments">What its arguments may be.</param>
internal sealed record Syscall(string Name, int Number, params Gen<Argument>[] Arguments)
{
    /// <summary>How the result is compared: i as it is, m a new mapping, h an address, p a process, v only whether it worked.</summary>
    internal char Comparison { get; init; } = 'i';

    /// <summary>What it makes.</summary>
    internal Product Makes { get; init; }

    /// <summary>How often it comes, next to the others of its theme.</summary>
    internal int Weight { get; init; } = 10;

    internal Syscall Often => this with { Weight = Weight * 3 };

    internal Syscall Seldom => this with { Weight = Math.Max(1, Weight / 5) };
}
