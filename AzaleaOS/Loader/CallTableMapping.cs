using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Loader;

/// <summary>Puts the table of calls into a linked program's address space.</summary>
internal static unsafe class CallTableMapping
{
    /// <summary>Maps the table, which the program can read only.</summary>
    /// <param name="space">An address space with the program and the vDSO in it.</param>
    /// <param name="vdso">Where the vDSO is: some slots lead there.</param>
    /// <returns>False after a message.</returns>
    internal static bool TryMap(AddressSpace* space, ulong vdso)
    {
        const ulong Bytes = CallTable.Slots * sizeof(ulong);
        if (!space->IsFree(CallTable.Address, Bytes))
        {
            Log.Error($"the program lies where its table of calls belongs, at 0x{CallTable.Address:x}; link it behind that address, as azalea cc does");
            return false;
        }

        if (VdsoMapping.Add(space, CallTable.Address, Protection.Read, AreaFlags.Vvar, out byte* page) == 0)
        {
            BootFiles.OutOfMemory();
            return false;
        }

        ulong* slots = (ulong*)page;
        ulong entry = SystemCalls.LinkedEntry;
        for (int i = 0; i < CallTable.Slots; i++)
        {
            slots[i] = entry;
        }

        // Traced calls all go one way.
        if (!SystemCalls.IsTraced)
        {
            for (uint* answered = VdsoImage.Slots; answered < VdsoImage.SlotsLimit; answered += 2)
            {
                slots[answered[0]] = vdso + answered[1];
            }
        }

        return true;
    }
}
