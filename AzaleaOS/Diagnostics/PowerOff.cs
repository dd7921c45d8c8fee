using System.Diagnostics.CodeAnalysis;
using AzaleaOS.Abi;

namespace AzaleaOS.Diagnostics;

/// <summary>Ends the machine, after telling the launcher with which status.</summary>
/// <remarks>
/// Sources: QEMU hw/misc/debugexit.c and docs/specs/fw_cfg; Bochs user guide, port 8900h;
/// ACPI 6.5, 4.8.3.2 (PM1 control: SLP_TYP in bits 10..12, SLP_EN bit 13).
/// </remarks>
internal static unsafe class PowerOff
{
    private const ushort DebugExitPort = 0xf4;
    private const ushort BochsPort = 0x8900;
    private const ushort FirmwareConfigSelector = 0x510;
    private const ushort FirmwareConfigData = 0x511;
    private const ushort SleepEnable = 1 << 13;
    private const ushort ControlEnabled = 1 << 0;
    private const int PatiencePolls = 1_000_000;

    private static ExitMethod s_method;
    private static bool s_isLent;
    private static ushort s_controlA;
    private static ushort s_controlB;
    private static byte s_sleepTypeA;
    private static byte s_sleepTypeB;
    private static ushort s_enablePort;
    private static byte s_enableValue;

    /// <summary>Chooses the way out: option <c>exit=</c>.</summary>
    internal static void Use(ExitMethod method) => s_method = method;

    /// <summary>The machine is somebody else's: unless told otherwise by option, this core halts and that is all.</summary>
    internal static void KeepMachineOn() => s_isLent = true;

    /// <summary>Finds out what the firmware wants for state S5, and calls <see cref="SetAcpi"/>. Called once, by a machine that sleeps.</summary>
    internal static delegate*<void> FindSleepState { private get; set; }

    /// <summary>Tells which ports and values the firmware wants for state S5; port 0 is none.</summary>
    internal static void SetAcpi(ushort controlA, byte sleepTypeA, ushort controlB, byte sleepTypeB, ushort enablePort, byte enableValue)
    {
        s_enablePort = enablePort;
        s_enableValue = enableValue;
        s_controlA = controlA;
        s_sleepTypeA = sleepTypeA;
        s_controlB = controlB;
        s_sleepTypeB = sleepTypeB;
    }

    /// <summary>Writes the exit record and switches the machine off. Halts where that is impossible.</summary>
    /// <param name="status">0 to 255, as a shell would see it.</param>
    [DoesNotReturn]
    internal static void Machine(int status)
    {
        status &= 0xff;
        Log.Line($"azalea: exit {status}");
        Serial.Drain();

        ExitMethod method = s_method;
        if (s_isLent && method == ExitMethod.Auto) HaltForever();
        if (method == ExitMethod.Auto ? IsQemu() : method == ExitMethod.Debug)
        {
            // Never 0: QEMU's own errors end with 1, which would be (0 << 1) | 1.
            Port.Out32(DebugExitPort, 0x40u + ((uint)status & 0x3f));
        }
        if (method is ExitMethod.Auto or ExitMethod.Bochs)
        {
            foreach (byte letter in "Shutdown"u8) Port.Out8(BochsPort, letter);
        }
        SleepForever();
        HaltForever();
    }

    [DoesNotReturn]
    private static void HaltForever()
    {
        InterruptFlag.Clear();
        while (true) InterruptFlag.Halt();
    }

    private static void SleepForever()
    {
        if (FindSleepState != null) FindSleepState();
        if (s_controlA == 0) return;
        if ((Port.In16(s_controlA) & ControlEnabled) == 0 && s_enablePort != 0) TakeOver();
        Port.Out16(s_controlA, (ushort)((s_sleepTypeA << 10) | SleepEnable));
        if (s_controlB != 0) Port.Out16(s_controlB, (ushort)((s_sleepTypeB << 10) | SleepEnable));
    }

    // ACPI 6.5, 4.8.2.5: until the firmware has handed over, the control registers do nothing.
    private static void TakeOver()
    {
        Port.Out8(s_enablePort, s_enableValue);
        for (int i = 0; i < PatiencePolls && (Port.In16(s_controlA) & ControlEnabled) == 0; i++) InterruptFlag.Pause();
    }

    // Key 0 of the firmware configuration device holds "QEMU".
    private static bool IsQemu()
    {
        Port.Out16(FirmwareConfigSelector, 0);
        foreach (byte letter in "QEMU"u8)
        {
            if (Port.In8(FirmwareConfigData) != letter) return false;
        }
        return true;
    }
}
