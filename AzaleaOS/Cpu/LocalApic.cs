using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Cpu;

/// <summary>The interrupt controller inside each core: acknowledges, sends to other cores, keeps time.</summary>
/// <remarks>
/// In x2APIC mode the registers are MSRs, else memory. Whatever mode the firmware chose stays if it
/// is x2APIC; else x2APIC is turned on where the processor has it. Source: SDM vol. 3A, chapter 11.
/// </remarks>
internal static unsafe class LocalApic
{
    /// <summary>Where the registers are in memory if nobody moved them.</summary>
    internal const ulong RegistersMask = 0x000f_ffff_ffff_f000;

    private const ulong GlobalEnable = 1 << 11;
    private const ulong X2ApicEnable = 1 << 10;

    private const uint Id = 0x20;
    private const uint Version = 0x30;
    private const uint TaskPriority = 0x80;
    private const uint EndOfInterruptRegister = 0xb0;
    private const uint SpuriousVector = 0xf0;
    private const uint ErrorStatus = 0x280;
    private const uint CommandLow = 0x300;
    private const uint CommandHigh = 0x310;
    private const uint LocalTimer = 0x320;
    private const uint LocalThermal = 0x330;
    private const uint LocalCounters = 0x340;
    private const uint LocalLine0 = 0x350;
    private const uint LocalLine1 = 0x360;
    private const uint LocalError = 0x370;
    private const uint InitialCount = 0x380;
    private const uint CurrentCount = 0x390;
    private const uint DivideConfiguration = 0x3e0;

    private const uint SoftwareEnable = 1 << 8;
    private const uint Masked = 1 << 16;
    private const uint TimerDeadlineMode = 2 << 17;
    private const uint DivideBy16 = 0x3;
    private const uint DeliveryPending = 1 << 12;
    private const int DeliveryPolls = 1_000_000;

    private const uint DeliverNmi = 0x0400;
    private const uint DeliverInit = 0x0500;
    private const uint DeliverStartup = 0x0600;
    private const uint LevelAssert = 0x4000;

    private static uint* s_registers;
    private static bool s_isX2;

    /// <summary>The registers are MSRs and APIC ids have 32 bits.</summary>
    internal static bool IsX2 => s_isX2;

    /// <summary>Decides the mode, on the boot core.</summary>
    /// <param name="mayChange">Whether x2APIC may be turned on; no if other cores belong to somebody else.</param>
    /// <param name="registers">The physical address to map if <see cref="UseRegisters"/> has to be called.</param>
    /// <returns>Whether the registers are in memory.</returns>
    internal static bool Choose(bool mayChange, out PhysicalAddress registers)
    {
        ulong state = Instructions.ReadMsr(Msr.ApicBase);
        s_isX2 = (state & X2ApicEnable) != 0 || (mayChange && CpuFeatures.HasX2Apic);
        registers = new PhysicalAddress(state & RegistersMask);
        return !s_isX2;
    }

    /// <summary>Tells where the registers were mapped, uncached.</summary>
    internal static void UseRegisters(void* registers) => s_registers = (uint*)registers;

    /// <summary>Turns this core's controller on, with nothing but messages from other cores let through.</summary>
    internal static void Enable()
    {
        ulong state = Instructions.ReadMsr(Msr.ApicBase);
        // SDM 11.12.5: from disabled to x2APIC only by way of xAPIC.
        if ((state & GlobalEnable) == 0) Instructions.WriteMsr(Msr.ApicBase, state |= GlobalEnable);
        if (s_isX2 && (state & X2ApicEnable) == 0) Instructions.WriteMsr(Msr.ApicBase, state | X2ApicEnable);

        Write(TaskPriority, 0);
        Write(LocalTimer, Masked);
        // A register that is not there is #GP in x2APIC mode.
        uint lastLocal = (Read(Version) >> 16) & 0xff;
        if (lastLocal >= 4) Write(LocalCounters, Masked);
        if (lastLocal >= 5) Write(LocalThermal, Masked);
        Write(LocalLine0, Masked);
        Write(LocalLine1, Masked);
        Write(LocalError, Masked);
        Write(ErrorStatus, 0);
        Write(SpuriousVector, SoftwareEnable | Vector.Spurious);
        Write(DivideConfiguration, DivideBy16);
    }

    /// <summary>This core's id, as the controller knows it.</summary>
    internal static ApicId ReadId() => new(s_isX2 ? Read(Id) : Read(Id) >> 24);

    /// <summary>Lets the next interrupt of the same or a lower priority come.</summary>
    internal static void EndOfInterrupt() => Write(EndOfInterruptRegister, 0);

    /// <summary>Sends an interrupt.</summary>
    internal static void Send(ApicId target, int vector) => Command(target, (uint)vector | LevelAssert);

    /// <summary>Sends an interrupt that cannot be turned off.</summary>
    internal static void SendNmi(ApicId target) => Command(target, DeliverNmi | LevelAssert);

    /// <summary>Resets a core; it then waits for <see cref="SendStartup"/>.</summary>
    internal static void SendInit(ApicId target) => Command(target, DeliverInit | LevelAssert);

    /// <summary>Starts a core that was reset, in real mode at the start of a page below 1 MiB.</summary>
    internal static void SendStartup(ApicId target, PhysicalAddress page)
        => Command(target, DeliverStartup | LevelAssert | (uint)page.Frame.Value);

    /// <summary>Lets the timer count down from a number, with an interrupt at its end, or without: vector 0.</summary>
    internal static void StartCountdown(uint count, int vector)
    {
        Write(LocalTimer, vector == 0 ? Vector.Timer | Masked : (uint)vector);
        Write(InitialCount, count);
    }

    /// <summary>What is left of the countdown.</summary>
    internal static uint Countdown => Read(CurrentCount);

    /// <summary>Stops the countdown.</summary>
    internal static void StopCountdown() => Write(InitialCount, 0);

    /// <summary>Makes the timer fire at the time-stamp in <see cref="Msr.TscDeadline"/>.</summary>
    internal static void UseDeadline(int vector)
    {
        Write(LocalTimer, (uint)vector | TimerDeadlineMode);
        // SDM 11.5.4.1: in xAPIC mode the write above must be seen before the deadline is.
        Instructions.MemoryFence();
    }

    private static void Command(ApicId target, uint command)
    {
        if (s_isX2)
        {
            // SDM 11.12.3: WRMSR to the APIC does not wait for earlier stores; the receiver must see them.
            Instructions.MemoryFence();
            Instructions.WriteMsr(Msr.X2Apic + (CommandLow >> 4), ((ulong)target.Value << 32) | command);
            return;
        }

        // Two writes: nobody else may send from this core in between.
        bool interrupts = InterruptFlag.Clear();
        WaitForDelivery();
        Write(CommandHigh, target.Value << 24);
        Write(CommandLow, command);
        WaitForDelivery();
        InterruptFlag.Restore(interrupts);
    }

    private static void WaitForDelivery()
    {
        // Bounded, so that a panic that came in the middle of another message gets through.
        for (int polls = 0; polls < DeliveryPolls && (Read(CommandLow) & DeliveryPending) != 0; polls++)
        {
            Instructions.Pause();
        }
    }

    private static uint Read(uint register) => s_isX2
        ? (uint)Instructions.ReadMsr(Msr.X2Apic + (register >> 4))
        : Volatile.Read(ref s_registers[register / sizeof(uint)]);

    private static void Write(uint register, uint value)
    {
        if (s_isX2) Instructions.WriteMsr(Msr.X2Apic + (register >> 4), value);
        else Volatile.Write(ref s_registers[register / sizeof(uint)], value);
    }
}
