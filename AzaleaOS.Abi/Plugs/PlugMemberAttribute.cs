namespace AzaleaOS.Plugs;

/// <summary>Marks a plug method or property and names its target (Cosmos gen3).</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property, Inherited = false)]
public sealed class PlugMemberAttribute : Attribute
{
    /// <summary>The target has the plug's own name.</summary>
    public PlugMemberAttribute()
    {
    }

    /// <summary>The target is called <paramref name="targetName"/>.</summary>
    public PlugMemberAttribute(string targetName) => TargetName = targetName;

    /// <summary>The target's name, or null for the plug's own.</summary>
    public string? TargetName { get; }
}
