namespace AzaleaOS.Promotion;

/// <summary>What .eh_frame says of a piece of code: where it is, and where its table of exception handlers is (0 if it has none).</summary>
internal readonly record struct FrameEntry(AddressRange Code, ulong HandlerTable);
