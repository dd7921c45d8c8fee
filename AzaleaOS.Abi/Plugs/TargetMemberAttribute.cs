namespace AzaleaOS.Plugs;

/// <summary>
/// A <see cref="ReadOnlySpan{T}"/> of bytes that receives the name of the method that was replaced:
/// "System.ThrowHelper.ThrowIndexOutOfRangeException" in UTF-8. Made for wildcard plugs.
/// </summary>
/// <remarks>Does not count when the plug's parameters are matched with the target's.</remarks>
[AttributeUsage(AttributeTargets.Parameter, Inherited = false)]
public sealed class TargetMemberAttribute : Attribute;
