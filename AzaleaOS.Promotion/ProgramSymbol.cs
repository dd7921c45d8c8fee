namespace AzaleaOS.Promotion;

/// <summary>A symbol of the program.</summary>
internal readonly record struct ProgramSymbol(string Name, ulong Address, bool IsFunction);
