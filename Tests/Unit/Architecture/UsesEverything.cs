namespace AzaleaOS.Tests.Unit.Architecture;

internal sealed class InAttribute : Attribute;

internal sealed class InGeneric;

internal struct InField;

internal struct InArgument;

internal struct InLocal
{
    internal int Value;
}

internal static class InBody
{
    internal static int Value => 1;
}

internal struct InPointer;

/// <summary>Names another type in every way there is, and holds a pointer to one.</summary>
[In]
internal static unsafe class UsesEverything
{
    internal static readonly InField Field = default;
    internal static InPointer* Pointer;

    internal static void Take(InArgument argument, InPointer* pointer) => Pointer = pointer;

    internal static int Compute()
    {
        InLocal local = default;
        local.Value = InBody.Value;
        return local.Value + Nothing<List<InGeneric>>();
    }

    private static int Nothing<T>() => 0;
}
