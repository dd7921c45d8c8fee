namespace AzaleaOS.Cpu;

/// <summary>A point in time as the registers of the real-time clock show it.</summary>
internal readonly struct CmosTime(byte second, byte minute, byte hour, byte day, byte month, byte year, byte century)
{
    private const byte Binary = 0x04;
    private const byte TwentyFourHours = 0x02;
    private const byte Afternoon = 0x80;

    private readonly ulong _registers = second | ((ulong)minute << 8) | ((ulong)hour << 16) | ((ulong)day << 24)
        | ((ulong)month << 32) | ((ulong)year << 40) | ((ulong)century << 48);

    /// <summary>Whether all registers are equal.</summary>
    public static bool operator ==(CmosTime one, CmosTime other) => one._registers == other._registers;

    /// <summary>Whether some register differs.</summary>
    public static bool operator !=(CmosTime one, CmosTime other) => !(one == other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CmosTime other && this == other;

    /// <inheritdoc/>
    public override int GetHashCode() => (int)_registers;

    /// <summary>Seconds since 1970 UTC; 0 for what is no time.</summary>
    /// <param name="status">Register B: whether numbers are binary, and hours go to 24.</param>
    internal long ToSeconds(byte status)
    {
        bool isAfternoon = (status & TwentyFourHours) == 0 && (Byte(2) & Afternoon) != 0;
        int hour = Number((byte)(Byte(2) & ~((status & TwentyFourHours) == 0 ? Afternoon : 0)), status);
        if ((status & TwentyFourHours) == 0) hour = (hour % 12) + (isAfternoon ? 12 : 0);

        int second = Number(Byte(0), status);
        int minute = Number(Byte(1), status);
        int day = Number(Byte(3), status);
        int month = Number(Byte(4), status);
        int century = Number(Byte(6), status);
        int year = Number(Byte(5), status) + (century is 19 or 20 or 21 ? century * 100 : 2000);
        bool isTime = second < 60 && minute < 60 && hour < 24 && day is > 0 and < 32 && month is > 0 and < 13;
        return isTime ? (((DaysBefore(year, month, day) * 24) + hour) * 60 + minute) * 60 + second : 0;
    }

    // Days since 1970-01-01 in the Gregorian calendar, with years that begin in March.
    private static long DaysBefore(int year, int month, int day)
    {
        int y = month <= 2 ? year - 1 : year;
        int dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5) + day - 1;
        return (365L * y) + (y / 4) - (y / 100) + (y / 400) + dayOfYear - 719468;
    }

    private static int Number(byte value, byte status) => (status & Binary) != 0 ? value : ((value >> 4) * 10) + (value & 15);

    private byte Byte(int index) => (byte)(_registers >> (8 * index));
}
