namespace AzaleaOS.Build.Checking;

/// <summary>What the code checker looks at, and what must hold.</summary>
public sealed record CheckRequest
{
    /// <summary>The objects that ilc wrote. Everything in them is checked.</summary>
    public required IReadOnlyList<string> Compiled { get; init; }

    /// <summary>The objects of the assembler methods: privileged instructions belong here.</summary>
    public IReadOnlyList<string> Assembled { get; init; } = [];

    /// <summary>The assemblies that were compiled, for C# names in messages.</summary>
    public IReadOnlyList<string> Assemblies { get; init; } = [];

    /// <summary>Symbols of functions that must not touch a vector register, nor call anything that does.</summary>
    public IReadOnlyList<string> VectorFreeRoots { get; init; } = [];

    /// <summary>Symbols of functions whose <see cref="RegisterUse"/> is wanted.</summary>
    public IReadOnlyList<string> Roots { get; init; } = [];

    /// <summary>
    /// Functions that never return, by C# name or symbol; "*" stands for any text. A path
    /// that reaches one of them is not followed.
    /// </summary>
    public IReadOnlyList<string> NeverReturn { get; init; } = DefaultNeverReturn;

    /// <summary>
    /// Symbols of assembler methods behind which every vector register is as before, although what they lead to uses
    /// them: one that keeps them itself, the switch between threads, around which they are saved and loaded, and one that
    /// returns as no method does.
    /// </summary>
    public IReadOnlyList<string> KeepVectors { get; init; } = ["azalea_call_keeping_vectors", "azalea_context_switch", "azalea_lgdt"];

    /// <summary>
    /// Symbols of entries whose address is given away, so that no method calls them through a pointer: the application
    /// calls three of them, and the processor jumps to one.
    /// </summary>
    public IReadOnlyList<string> GivenAway { get; init; } =
    [
        "azalea_call_on_kernel_stack",
        "azalea_promoted_trace_entry",
        "azalea_linked_trace_entry",
        "azalea_syscall_trace_entry",
    ];

    /// <summary>The panic and what ends in it, and the way to the application.</summary>
    public static IReadOnlyList<string> DefaultNeverReturn { get; } =
    [
        "azalea_enter_application",
        "AzaleaOS.Diagnostics.Panic.*",
        "AzaleaOS.Diagnostics.PowerOff.*",
        "S_P_CoreLib_System_ThrowHelper__*",
        "S_P_CoreLib_Internal_Runtime_CompilerHelpers_ThrowHelpers__*",
        "RhpFallbackFailFast",
    ];
}
