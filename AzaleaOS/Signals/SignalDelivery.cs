using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Signals;

/// <summary>A signal on its way to its handler.</summary>
internal struct SignalDelivery
{
    /// <summary>What the handler is told.</summary>
    internal SignalInformation Information;

    /// <summary>The action, as it was when the signal was taken.</summary>
    internal SignalAction Action;
}
