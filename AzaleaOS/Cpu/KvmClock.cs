using System.Runtime.InteropServices;
using System.Threading;

namespace AzaleaOS.Cpu;

/// <summary>KVM's paravirtual clock, asked once: the time of day, and how fast the time-stamp counter runs.</summary>
/// <remarks>
/// The host writes two records to memory that the guest names, each with a version that is odd while it writes.
/// Source: Linux, Documentation/virt/kvm/x86/msr.rst and cpuid.rst.
/// </remarks>
internal static unsafe class KvmClock
{
    private const uint SignatureLeaf = 0x4000_0000;
    private const uint FeatureLeaf = 0x4000_0001;
    private const uint ClockFeature = 1 << 3;
    private const uint WallClockRegister = 0x4b56_4d00;
    private const uint SystemTimeRegister = 0x4b56_4d01;
    private const int Patience = 1000;
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Whether there is one.</summary>
    internal static bool IsThere
    {
        get
        {
            // "KVMKVMKVM" in ebx, ecx, edx.
            bool isKvm = CpuFeatures.MaxHypervisorLeaf >= FeatureLeaf
                && CpuIdResult.Of(SignatureLeaf) is { Ebx: 0x4b4d_564b, Ecx: 0x564b_4d56, Edx: 0x0000_004d };
            return isKvm && (CpuIdResult.Of(FeatureLeaf).Eax & ClockFeature) != 0;
        }
    }

    /// <summary>Asks the host.</summary>
    /// <param name="page">A page that is not used otherwise.</param>
    /// <param name="physical">Its physical address.</param>
    /// <param name="wall">Nanoseconds since 1970 UTC, now.</param>
    /// <param name="frequency">Ticks of the time-stamp counter in a second.</param>
    /// <returns>False if the host wrote nothing of use.</returns>
    internal static bool TryRead(void* page, ulong physical, out long wall, out ulong frequency)
    {
        wall = 0;
        frequency = 0;
        SystemTime* system = (SystemTime*)page;
        WallTime* boot = (WallTime*)(system + 1);
        *system = default;
        *boot = default;
        Instructions.WriteMsr(SystemTimeRegister, physical | 1);
        Instructions.WriteMsr(WallClockRegister, physical + (ulong)sizeof(SystemTime));
        SystemTime time = default;
        bool isRead = false;
        for (int i = 0; i < Patience && !isRead; i++)
        {
            uint before = Volatile.Read(ref system->Version);
            time = *system;
            isRead = before != 0 && before % 2 == 0 && Volatile.Read(ref system->Version) == before;
        }

        Instructions.WriteMsr(SystemTimeRegister, 0);
        if (!isRead || time.Multiplier == 0 || boot->Version == 0 || boot->Version % 2 != 0)
        {
            return false;
        }

        frequency = FrequencyOf(time.Multiplier, time.Shift);
        ulong ticks = Instructions.ReadTimestamp() - time.Timestamp;
        wall = (long)((boot->Seconds * NanosecondsPerSecond) + boot->Nanoseconds + time.Nanoseconds + Scale(ticks, time.Multiplier, time.Shift));
        return true;
    }

    /// <summary>Nanoseconds in some ticks.</summary>
    internal static ulong Scale(ulong ticks, uint multiplier, sbyte shift)
    {
        ulong shifted = shift < 0 ? ticks >> -shift : ticks << shift;
        ulong high = Math.BigMul(shifted, multiplier, out ulong low);
        return (high << 32) | (low >> 32);
    }

    /// <summary>Ticks in a second.</summary>
    internal static ulong FrequencyOf(uint multiplier, sbyte shift)
    {
        ulong frequency = (NanosecondsPerSecond << 32) / multiplier;
        return shift < 0 ? frequency << -shift : frequency >> shift;
    }

    /// <summary>struct pvclock_vcpu_time_info.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    internal struct SystemTime
    {
        [FieldOffset(0)] internal uint Version;
        [FieldOffset(8)] internal ulong Timestamp;
        [FieldOffset(16)] internal ulong Nanoseconds;
        [FieldOffset(24)] internal uint Multiplier;
        [FieldOffset(28)] internal sbyte Shift;
    }

    /// <summary>struct pvclock_wall_clock: when system time was 0.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 12)]
    private struct WallTime
    {
        [FieldOffset(0)] internal uint Version;
        [FieldOffset(4)] internal uint Seconds;
        [FieldOffset(8)] internal uint Nanoseconds;
    }
}
