namespace AzaleaOS.Plugs;

/// <summary>Details of one plug method (Cosmos gen2). Needed only where name and parameters do not say enough.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class PlugMethodAttribute : Attribute
{
    /// <summary>The target method's name, where it differs from the plug's.</summary>
    public string? TargetName { get; set; }

    /// <summary>A disabled plug method is left out.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>A missing target method is not an error.</summary>
    public bool IsOptional { get; set; }

    /// <summary>Every overload of the target's name is replaced; the plug takes no parameters, or only aThis.</summary>
    public bool IsWildcard { get; set; }
}
