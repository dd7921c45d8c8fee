using System.Globalization;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>One word of a step, as the script writes it.</summary>
internal abstract record Word
{
    /// <summary>How the script says it.</summary>
    /// <param name="lineOf">The line of a step of the same program; null if the program does not have it any more.</param>
    internal abstract string ToScript(Func<int, int?> lineOf);

    internal static string Hex(long value)
        => value is < 0 and > -0x10000 ? "-" + (-value).ToString("x", CultureInfo.InvariantCulture) : value.ToString("x", CultureInfo.InvariantCulture);
}

/// <summary>A number.</summary>
internal sealed record Number(long Value) : Word
{
    internal override string ToScript(Func<int, int?> lineOf) => Hex(Value);
}

/// <summary>An address: so many bytes behind the start of the scratch memory.</summary>
internal sealed record Place(long Offset) : Word
{
    internal override string ToScript(Func<int, int?> lineOf) => "A" + Hex(Offset);
}

/// <summary>The address of a text.</summary>
internal sealed record Text(string Value) : Word
{
    internal override string ToScript(Func<int, int?> lineOf) => $"\"{Value}\"";
}

/// <summary>What only the running program knows: its process P, thread T, handler H, restorer R, heap B.</summary>
internal sealed record Special(char Name, long Plus = 0) : Word
{
    internal override string ToScript(Func<int, int?> lineOf) => Name == 'B' ? Name + Hex(Plus) : Name.ToString();
}

/// <summary>What an earlier step gave.</summary>
internal sealed record Result(int Step, long Plus = 0) : Word
{
    internal override string ToScript(Func<int, int?> lineOf)
        => lineOf(Step) is { } line ? $"V{Hex(line)}{(Plus == 0 ? "" : "+" + Hex(Plus))}" : "-1";
}

/// <summary>A descriptor (M) or a timer (K) that a call stored in the scratch memory.</summary>
internal sealed record Stored(char Kind, long Offset) : Word
{
    internal override string ToScript(Func<int, int?> lineOf) => Kind + Hex(Offset);
}

/// <summary>One of the descriptors or mappings that the steps before made, when the program is put together.</summary>
internal sealed record Earlier(Product Product, int Choice, long Plus = 0) : Word
{
    internal override string ToScript(Func<int, int?> lineOf) => throw new InvalidOperationException("not put together yet");
}
