namespace AzaleaOS.Signals;

/// <summary>Where things lie in an XSAVE area.</summary>
/// <remarks>Source: SDM vol. 1, 10.5.1 and 13.4.</remarks>
internal static class VectorLayout
{
    /// <summary>x87's control word.</summary>
    internal const int ControlWord = 0;

    /// <summary>x87's status word.</summary>
    internal const int StatusWord = 2;

    /// <summary>MXCSR.</summary>
    internal const int Mxcsr = 24;

    /// <summary>The bits of MXCSR that exist; 0 means <see cref="DefaultMxcsrMask"/>.</summary>
    internal const int MxcsrMask = 28;

    /// <summary>xmm0 to xmm15.</summary>
    internal const int Xmm = 160;

    /// <summary>The header, behind the part that FXSAVE knows.</summary>
    internal const int Header = 512;

    /// <summary>An area without any extended component.</summary>
    internal const int Smallest = Header + 64;

    /// <summary>SSE.</summary>
    internal const ulong SseComponent = 2;

    /// <summary>x87 and SSE.</summary>
    internal const ulong LegacyComponents = 3;

    /// <summary>SDM vol. 1, 11.6.6.</summary>
    internal const uint DefaultMxcsrMask = 0xffbf;
}
