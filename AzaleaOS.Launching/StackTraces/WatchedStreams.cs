using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.StackTraces;

/// <summary>A machine's console, whose ends are kept: standard error, a terminal, and where an image does not tell them apart, standard output.</summary>
internal sealed class WatchedStreams
{
    private readonly TailStream[] _tails;

    /// <param name="streams">Where everything goes on to.</param>
    internal WatchedStreams(MachineStreams streams)
    {
        TailStream?[] tails = [.. ((Stream?[])[streams.Errors, streams.Terminal, streams.Output]).Select(stream => stream is null ? null : new TailStream(stream))];
        Streams = streams with { Errors = tails[0], Terminal = tails[1], Output = tails[2] };
        _tails = [.. tails.OfType<TailStream>()];
    }

    /// <summary>What the machine is given.</summary>
    internal MachineStreams Streams { get; }

    /// <summary>See <see cref="UnhandledException.Describe"/>.</summary>
    /// <param name="program">The program, or the image that it is linked into.</param>
    internal string? DescribeException(string program) => _tails.Select(tail => UnhandledException.Describe(tail.Text, program)).FirstOrDefault(text => text is not null);
}
