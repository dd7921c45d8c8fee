namespace AzaleaOS.Files.Reports;

/// <summary>What uname says.</summary>
internal static class SystemName
{
    /// <summary>The system that programs test for.</summary>
    internal static ReadOnlySpan<byte> System => "Linux"u8;

    /// <summary>The node.</summary>
    internal static ReadOnlySpan<byte> Node => "azalea"u8;

    /// <summary>A release that is not too old for anybody, and who answers.</summary>
    internal static ReadOnlySpan<byte> Release => "6.12.0-azalea"u8;

    /// <summary>The version.</summary>
    internal static ReadOnlySpan<byte> Version => "#1 SMP AzaleaOS 0.1.0"u8;

    /// <summary>The processor.</summary>
    internal static ReadOnlySpan<byte> Machine => "x86_64"u8;

    /// <summary>The domain.</summary>
    internal static ReadOnlySpan<byte> Domain => "(none)"u8;
}
