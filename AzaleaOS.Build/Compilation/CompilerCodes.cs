namespace AzaleaOS.Build.Compilation;

/// <summary>The codes of the errors of ilc and of what only shows when its object is linked.</summary>
public static class CompilerCodes
{
    /// <summary>ilc or its class library is not in the packages folder.</summary>
    public const string PackageMissing = "AZ2000";

    /// <summary>ilc failed.</summary>
    public const string Failed = "AZ2001";

    /// <summary>The code allocates.</summary>
    public const string Allocates = "AZ2101";

    /// <summary>The code throws an exception.</summary>
    public const string Throws = "AZ2102";

    /// <summary>The code stores a reference to an object.</summary>
    public const string StoresReference = "AZ2103";

    /// <summary>The code casts or calls through an interface at run time.</summary>
    public const string Dispatches = "AZ2104";

    /// <summary>The code uses a thread static.</summary>
    public const string ThreadStatic = "AZ2105";

    /// <summary>A static constructor that ilc could not run at build time.</summary>
    public const string StaticConstructor = "AZ2106";

    /// <summary>The code calls native code.</summary>
    public const string NativeCall = "AZ2107";

    /// <summary>The code asks for something that only the managed runtime has.</summary>
    public const string NeedsRuntime = "AZ2108";

    /// <summary>A symbol that nothing defines.</summary>
    public const string Undefined = "AZ2109";
}
