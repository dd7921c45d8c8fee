namespace AzaleaOS.Abi;

/// <summary>What a program's standard input, output and error lead to.</summary>
public struct StandardStreams
{
    /// <summary>Descriptor 0.</summary>
    public StreamKind Input;

    /// <summary>Descriptor 1.</summary>
    public StreamKind Output;

    /// <summary>Descriptor 2.</summary>
    public StreamKind Error;
}
