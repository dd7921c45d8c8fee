namespace AzaleaOS.Build.Elf;

/// <summary>Looks up rows that are in the order of their addresses.</summary>
internal static class AddressOrder
{
    /// <summary>The last row at or below an address; -1 for none.</summary>
    internal static int LastAtOrBelow<T>(IReadOnlyList<T> rows, Func<T, ulong> addressOf, ulong address)
    {
        int low = 0;
        int high = rows.Count - 1;
        int found = -1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (addressOf(rows[middle]) <= address)
            {
                found = middle;
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return found;
    }
}
