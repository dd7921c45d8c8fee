using System.Collections.Generic;

namespace AzaleaOS.Linked;

/// <summary>A NUMA node: cores and the memory that is near to them.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Cores">Its cores' numbers.</param>
/// <param name="MemoryBytes">Its memory, bytes.</param>
public sealed record MemoryNode(int Id, IReadOnlyList<int> Cores, long MemoryBytes);
