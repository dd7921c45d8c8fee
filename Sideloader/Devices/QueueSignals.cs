namespace AzaleaOS.Sideloader.Devices;

/// <summary>How a queue's driver is told.</summary>
/// <param name="Call">That chains were given back.</param>
/// <param name="Error">That the queue is broken.</param>
internal sealed record QueueSignals(Doorbell Call, Doorbell Error);
