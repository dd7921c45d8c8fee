namespace AzaleaOS.Files.Reports;

/// <summary>Random identifiers of version 4: a new one at each reading, or that of this boot.</summary>
/// <remarks>Source: RFC 9562, 5.4.</remarks>
internal static unsafe class RandomIdentifier
{
    private const int Bytes = 16;

    private static UInt128 s_ofBoot;

    /// <summary>Writes one.</summary>
    internal static void Write(ReportText* text, bool isOfBoot)
    {
        byte* bytes = stackalloc byte[Bytes];
        RandomSource.Fill(new Span<byte>(bytes, Bytes));
        if (isOfBoot)
        {
            // Two readers at once are the file's lock's concern.
            s_ofBoot = s_ofBoot == 0 ? *(UInt128*)bytes : s_ofBoot;
            *(UInt128*)bytes = s_ofBoot;
        }

        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        for (int i = 0; i < Bytes; i++)
        {
            if (i is 4 or 6 or 8 or 10)
            {
                text->Append((byte)'-');
            }

            text->Append(bytes[i], 16, 2, (byte)'0');
        }
    }
}
