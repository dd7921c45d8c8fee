namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>A buffer of a request: where it is, how long, and whether the device writes it.</summary>
internal readonly record struct Buffer(ulong Address, uint Length, bool Writable);
