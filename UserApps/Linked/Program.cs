// Linked: what only a program that is linked into the image has. Linked cost: what a getpid costs, in nanoseconds of the clock.
// Linked placement: the nodes of the memory that each core gets.
using AzaleaOS.UserApps.Linked;

if (args is ["cost"])
    return Cost.Print();
if (args is ["placement"])
    return Placement.Print();

Console.WriteLine($"process {Azalea.GetPid()}, as .NET says: {Azalea.GetPid() == Environment.ProcessId}");
Console.WriteLine($"core within the {Topology.CoreCount} lent: {Azalea.CoreId >= 0 && Azalea.CoreId < Topology.CoreCount}");
foreach (MemoryNode node in Topology.Nodes)
    Console.WriteLine($"node {node.Id}: {node.Cores.Count} cores, memory: {node.MemoryBytes > 0}");
Console.WriteLine($"node of core 0: {Topology.NodeOf(0).Id}");

return Checks.Semaphores() && Checks.Ticks() && Checks.Priorities() && Checks.Memory() && Checks.Collector() ? 0 : 1;
