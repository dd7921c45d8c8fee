using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Boot;

/// <summary>Keeps the firmware's DSDT within reach, to be searched for state S5 when the machine is switched off and not at every start.</summary>
/// <remarks>A DSDT is long, and most machines in an emulator go another way.</remarks>
internal static unsafe class SleepState
{
    private static AcpiInfo* s_acpi;
    private static byte* s_pointer;
    private static uint s_length;

    /// <summary>Maps the DSDT. The boot memory's view is gone by now.</summary>
    /// <param name="acpi">What is known of the machine; stays where it is.</param>
    /// <returns>False if there is no memory for page tables.</returns>
    internal static bool TryKeep(AcpiInfo* acpi)
    {
        if (acpi->ControlA == 0 || acpi->DsdtLength == 0)
        {
            return true;
        }

        s_acpi = acpi;
        s_length = acpi->DsdtLength;
        s_pointer = (byte*)DeviceMemory.Map(acpi->Dsdt, s_length, PageCaching.WriteBack);
        PowerOff.FindSleepState = &Find;
        return s_pointer != null;
    }

    private static void Find()
    {
        PhysicalWindow window = new(s_pointer, s_acpi->Dsdt.Value, s_length);
        AcpiError error = AcpiSleepState.Read(window, s_acpi->Dsdt, ref *s_acpi);
        if (s_acpi->HasSleepTypes)
        {
            PowerOff.SetAcpi(s_acpi->ControlA, s_acpi->SleepTypeA, s_acpi->ControlB, s_acpi->SleepTypeB, s_acpi->EnablePort, s_acpi->EnableValue);
        }
        else if (error is not AcpiError.None)
        {
            Log.Warning($"the machine cannot be switched off: {AcpiErrors.Describe(error)}: {s_acpi->CulpritName} at 0x{s_acpi->CulpritAddress.Value:x}");
        }
    }
}
