using Iced.Intel;

namespace AzaleaOS.Build.Checking;

/// <summary>How one function reaches another.</summary>
internal enum CallKind
{
    /// <summary>A call: control comes back.</summary>
    Call,

    /// <summary>A jump out of the function, or falling off its end: control does not come back here.</summary>
    Tail,

    /// <summary>A call through a pointer.</summary>
    IndirectCall,

    /// <summary>A jump through a pointer.</summary>
    IndirectTail,

    /// <summary>The function's address is taken: whoever gets it may call it.</summary>
    Address,
}

/// <summary>A place where a function reaches another one.</summary>
/// <param name="Address">The instruction.</param>
/// <param name="Kind">How.</param>
/// <param name="Target">The function's first instruction; 0 for calls and jumps through pointers.</param>
/// <param name="Virtual">Through a pointer that lies in memory, as in a virtual method table.</param>
internal readonly record struct CallSite(ulong Address, CallKind Kind, ulong Target, bool Virtual = false);

/// <summary>The instructions that can be reached from a function's entry without leaving it.</summary>
internal sealed class CodeFunction
{
    private readonly Dictionary<ulong, Instruction> _instructions;
    private readonly Dictionary<ulong, ulong[]> _jumpTables;

    internal CodeFunction(
        ulong entry,
        string name,
        Dictionary<ulong, Instruction> instructions,
        Dictionary<ulong, ulong[]> jumpTables,
        IReadOnlyList<CallSite> calls)
    {
        Entry = entry;
        Name = name;
        _instructions = instructions;
        _jumpTables = jumpTables;
        Calls = calls;
    }

    /// <summary>The first instruction.</summary>
    internal ulong Entry { get; }

    /// <summary>The C# name, or the symbol.</summary>
    internal string Name { get; }

    /// <summary>By address, in no order.</summary>
    internal IReadOnlyDictionary<ulong, Instruction> Instructions => _instructions;

    /// <summary>Where other functions are reached.</summary>
    internal IReadOnlyList<CallSite> Calls { get; }

    /// <summary>Where the indirect jump at an address may go inside this function; empty if it leaves it.</summary>
    internal IReadOnlyList<ulong> JumpTargets(ulong address) => _jumpTables.TryGetValue(address, out ulong[]? targets) ? targets : [];
}
