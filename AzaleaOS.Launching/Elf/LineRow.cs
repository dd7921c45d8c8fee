namespace AzaleaOS.Build.Elf;

/// <summary>From this address on, code comes from this line.</summary>
/// <param name="Address">The first byte.</param>
/// <param name="File">The path, as the compiler was given it.</param>
/// <param name="Line">The line from 1; 0 where no line is known.</param>
public readonly record struct LineRow(ulong Address, string File, int Line);
