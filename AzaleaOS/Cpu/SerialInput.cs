using System.Threading;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Cpu;

/// <summary>Bytes from the serial port, between the interrupt and whoever understands them.</summary>
/// <remarks>
/// A ring with one writer, the interrupt handler on the boot core, and one reader at a time, on any core: the writer
/// stores the byte, then <see cref="s_head"/> (release); the reader loads the head (acquire), the byte, and then stores
/// <see cref="s_tail"/>. When the ring is full the handler turns the port's interrupt off and leaves the rest in
/// the port, which stops the sender; the reader turns it on again.
/// </remarks>
internal static unsafe class SerialInput
{
    private const uint Capacity = 1024;

    private static RingBytes s_bytes;
    private static uint s_head;
    private static uint s_tail;

    /// <summary>Whether interrupts of the port arrive.</summary>
    internal static bool IsOn { get; private set; }

    /// <summary>Takes what the port has. Called by the interrupt handler.</summary>
    internal static void Receive()
    {
        while (true)
        {
            while (s_head - Volatile.Read(ref s_tail) < Capacity)
            {
                if (!Serial.TryReceive(out byte value)) return;
                s_bytes[(int)(s_head % Capacity)] = value;
                Volatile.Write(ref s_head, s_head + 1);
            }

            Serial.AllowReceiveInterrupt(false);
            Interlocked.MemoryBarrier();

            // The reader may have made room, and turned the interrupt on, just before it was turned off.
            if (s_head - Volatile.Read(ref s_tail) >= Capacity) return;
            Serial.AllowReceiveInterrupt(true);
        }
    }

    /// <summary>The next byte that nobody has taken. For one caller at a time.</summary>
    internal static bool TryTake(out byte value)
    {
        bool has = Volatile.Read(ref s_head) != s_tail;
        value = has ? s_bytes[(int)(s_tail % Capacity)] : (byte)0;
        if (has) Volatile.Write(ref s_tail, s_tail + 1);
        return has;
    }

    /// <summary>There is room again: lets the port go on. Also turns it on first.</summary>
    internal static void Continue()
    {
        IsOn = true;
        Interlocked.MemoryBarrier();
        Serial.AllowReceiveInterrupt(true);
    }

    [System.Runtime.CompilerServices.InlineArray((int)Capacity)]
    private struct RingBytes
    {
        private byte _first;
    }
}
