namespace AzaleaOS.Files;

/// <summary>Addresses that were fixed when the program started: what /proc/self/stat says of it. The end of a range follows its beginning.</summary>
internal enum ProgramAddress
{
    /// <summary>Its code.</summary>
    Code,

    /// <summary>Behind its code.</summary>
    CodeEnd,

    /// <summary>Its data.</summary>
    Data,

    /// <summary>Behind its data.</summary>
    DataEnd,

    /// <summary>argv's texts.</summary>
    Arguments,

    /// <summary>Behind argv's texts.</summary>
    ArgumentsEnd,

    /// <summary>envp's texts.</summary>
    Environment,

    /// <summary>Behind envp's texts.</summary>
    EnvironmentEnd,

    /// <summary>The auxiliary vector.</summary>
    Auxiliary,

    /// <summary>Behind the auxiliary vector.</summary>
    AuxiliaryEnd,

    /// <summary>The first stack pointer.</summary>
    Stack,

    /// <summary>How many there are.</summary>
    Count,
}
