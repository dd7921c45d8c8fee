namespace AzaleaOS.Plugs;

/// <summary>A <c>ref</c> parameter of a plug that receives the address of a field of the target type.</summary>
/// <remarks>Does not count when the plug's parameters are matched with the target's.</remarks>
[AttributeUsage(AttributeTargets.Parameter, Inherited = false)]
public sealed class FieldAccessAttribute : Attribute
{
    /// <summary>The field: its plain name, or gen2's "System.Int32 Namespace.Type.name".</summary>
    public required string Name { get; set; }
}
