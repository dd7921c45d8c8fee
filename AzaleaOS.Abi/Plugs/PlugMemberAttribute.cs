namespace AzaleaOS.Plugs;

/// <summary>Marks a plug method or property and names its target (Cosmos gen3).</summary>
/// <remarks>gen3 allows it on fields; here that is an error of the build, which says what to do instead.</remarks>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property | AttributeTargets.Field, Inherited = false)]
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
