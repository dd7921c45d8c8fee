namespace AzaleaOS.Build.Weaving;

/// <summary>The codes of the weaver's errors.</summary>
public static class WeaverCodes
{
    /// <summary>An assembly cannot be read or is not found.</summary>
    public const string Assembly = "AZ1000";

    /// <summary>The type that a plug names does not exist.</summary>
    public const string TypeNotFound = "AZ1001";

    /// <summary>The target type has no member of that name.</summary>
    public const string MemberNotFound = "AZ1002";

    /// <summary>The target type has the member, with another signature.</summary>
    public const string WrongSignature = "AZ1003";

    /// <summary>Two plugs replace the same method.</summary>
    public const string Duplicate = "AZ1004";

    /// <summary>A plug method is not public and static.</summary>
    public const string Shape = "AZ1005";

    /// <summary>A <c>[FieldAccess]</c> parameter names no field, or one of another type.</summary>
    public const string FieldAccess = "AZ1006";

    /// <summary>A Cosmos attribute, or one of its properties, that has no meaning here.</summary>
    public const string Unsupported = "AZ1007";

    /// <summary>The target type is in an assembly that is not woven.</summary>
    public const string NotWoven = "AZ1008";

    /// <summary>The target has no body that could be replaced.</summary>
    public const string NoBody = "AZ1009";

    /// <summary>Two methods answer the same system call.</summary>
    public const string SyscallDuplicate = "AZ1101";

    /// <summary>A system call with more than six parameters.</summary>
    public const string SyscallParameters = "AZ1102";

    /// <summary>A system call that does not return <see cref="long"/>.</summary>
    public const string SyscallReturn = "AZ1103";

    /// <summary>A system call with a parameter that does not fit a register.</summary>
    public const string SyscallParameterSize = "AZ1104";

    /// <summary>A system call that is not static, or is generic.</summary>
    public const string SyscallShape = "AZ1105";

    /// <summary>A system call whose number is negative or larger than any of Linux's.</summary>
    public const string SyscallNumber = "AZ1106";
}
