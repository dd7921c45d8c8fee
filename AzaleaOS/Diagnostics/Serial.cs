namespace AzaleaOS.Diagnostics;

/// <summary>The first serial port: 115200 baud, 8 data bits, no parity, bytes as they are.</summary>
/// <remarks>
/// Source: National Semiconductor PC16550D data sheet, register summary. An absent port reads 0xFF
/// everywhere; it then swallows what is written and costs nothing.
/// </remarks>
internal static class Serial
{
    private const ushort Base = 0x3f8;
    private const ushort Data = Base;
    private const ushort InterruptEnable = Base + 1;
    private const ushort FifoControl = Base + 2;
    private const ushort LineControl = Base + 3;
    private const ushort ModemControl = Base + 4;
    private const ushort LineStatus = Base + 5;
    private const ushort Scratch = Base + 7;

    private const byte DivisorLatch = 0x80;
    private const byte EightBits = 0x03;
    private const byte DataReady = 0x01;
    private const byte ReceiveInterrupt = 0x01;
    private const byte LinesAndInterrupts = 0x0b;
    private const byte TransmitterEmpty = 0x20;
    private const byte TransmitterIdle = 0x40;

    // The port tells at 14 bytes, or when no byte has come for as long as four take: what is sent in one piece, as the three bytes of an
    // arrow key, is there together.
    private const byte FifosOnAndCleared = 0xc7;
    private const byte FifosFound = 0xc0;
    private const int FifoDepth = 16;

    // A byte takes 87 us at 115200 baud. A port that stays busy a hundred times longer is no port.
    private const int PatiencePolls = 100_000;

    private static int s_burst;

    /// <summary>Whether a port answered.</summary>
    internal static bool Present => s_burst != 0;

    /// <summary>Finds the port and sets it up. Interrupts stay off: the console is written by polling.</summary>
    internal static void Start()
    {
        s_burst = 0;
        if (!Keeps(0x5a) || !Keeps(0xa5)) return;

        Port.Out8(InterruptEnable, 0);
        Port.Out8(LineControl, DivisorLatch);
        Port.Out8(Data, 1);
        Port.Out8(InterruptEnable, 0);
        Port.Out8(LineControl, EightBits);
        Port.Out8(FifoControl, FifosOnAndCleared);
        Port.Out8(ModemControl, 0x03);
        bool fifos = (Port.In8(FifoControl) & FifosFound) == FifosFound;
        s_burst = fifos ? FifoDepth : 1;
    }

    /// <summary>Sends bytes, waiting for room. Gives the port up for good if it never has any.</summary>
    internal static void Write(ReadOnlySpan<byte> bytes)
    {
        int burst = s_burst;
        if (burst == 0) return;
        int room = 0;
        foreach (byte value in bytes)
        {
            if (room == 0)
            {
                if (!WaitForRoom())
                {
                    s_burst = 0;
                    return;
                }
                room = burst;
            }
            Port.Out8(Data, value);
            room--;
        }
    }

    /// <summary>Lets the port interrupt when a byte has come, or not.</summary>
    internal static void AllowReceiveInterrupt(bool allowed)
    {
        // OUT2 connects the port to its interrupt line on a PC.
        if (allowed) Port.Out8(ModemControl, LinesAndInterrupts);
        Port.Out8(InterruptEnable, allowed ? ReceiveInterrupt : (byte)0);
    }

    /// <summary>Takes a byte that has come.</summary>
    internal static bool TryReceive(out byte value)
    {
        bool has = (Port.In8(LineStatus) & DataReady) != 0;
        value = has ? Port.In8(Data) : (byte)0;
        return has;
    }

    /// <summary>Waits until the last byte is on the wire: a machine that is switched off earlier loses up to a FIFO of them.</summary>
    internal static void Drain()
    {
        if (s_burst == 0) return;
        for (int i = 0; i < PatiencePolls && (Port.In8(LineStatus) & TransmitterIdle) == 0; i++)
        {
        }
    }

    private static bool Keeps(byte value)
    {
        Port.Out8(Scratch, value);
        return Port.In8(Scratch) == value;
    }

    private static bool WaitForRoom()
    {
        for (int i = 0; i < PatiencePolls; i++)
        {
            if ((Port.In8(LineStatus) & TransmitterEmpty) != 0) return true;
        }
        return false;
    }
}
