using AzaleaOS.Memory;

namespace AzaleaOS.Files.Reports;

/// <summary>A page of text; the text follows this header.</summary>
internal unsafe struct ReportPage
{
    /// <summary>What goes on behind it.</summary>
    internal ReportPage* Next;

    /// <summary>Bytes of text in it.</summary>
    internal long Used;

    /// <summary>In the first page: <see cref="ReportText.Rest"/>.</summary>
    internal ulong Rest;

    /// <summary>Bytes that a page has room for.</summary>
    internal static int Room => KernelPages.Size - sizeof(ReportPage);

    /// <summary>The text's first byte.</summary>
    internal static byte* TextOf(ReportPage* page) => (byte*)(page + 1);

    /// <summary>Gives a page and all that follow it back.</summary>
    /// <param name="page">The page, or null.</param>
    internal static void Free(ReportPage* page)
    {
        while (page != null)
        {
            ReportPage* next = page->Next;
            KernelPages.Give(page);
            page = next;
        }
    }
}
