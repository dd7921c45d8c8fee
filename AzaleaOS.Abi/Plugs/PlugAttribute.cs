namespace AzaleaOS.Plugs;

/// <summary>A static class whose methods replace those of another class when an image is built.</summary>
/// <remarks>
/// Both Cosmos spellings work: <c>[Plug(typeof(X))]</c>, <c>[Plug("Full.Name, Assembly")]</c>,
/// <c>[Plug(Target = typeof(X))]</c>, <c>[Plug(TargetName = "Full.Name, Assembly")]</c>.
/// A plug that matches nothing is an error of the build, unless <see cref="IsOptional"/>.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PlugAttribute : Attribute
{
    /// <summary>The target is given by <see cref="Target"/> or <see cref="TargetName"/>.</summary>
    public PlugAttribute()
    {
    }

    /// <summary>Replaces methods of <paramref name="target"/>.</summary>
    public PlugAttribute(Type target, bool isOptional = false) => (Target, IsOptional) = (target, isOptional);

    /// <summary>Replaces methods of the type named <paramref name="targetName"/>, "Full.Name, Assembly".</summary>
    public PlugAttribute(string targetName, bool isOptional = false) => (TargetName, IsOptional) = (targetName, isOptional);

    /// <summary>The type whose methods are replaced.</summary>
    public Type? Target { get; set; }

    /// <summary>The type's name, "Full.Name, Assembly", for types that are not visible here.</summary>
    public string? TargetName { get; set; }

    /// <summary>A missing target type is not an error.</summary>
    public bool IsOptional { get; set; }

    /// <summary>The plugs apply to every type that derives from the target as well.</summary>
    public bool Inheritable { get; set; }
}
