using AzaleaOS.Abi;
using AzaleaOS.Boot;
using AzaleaOS.Cpu;

namespace AzaleaOS.Tests.Unit.Boot;

/// <summary>The table in which starting cores find themselves.</summary>
public sealed class CoreListTests
{
    [Fact]
    public void The_running_core_comes_first_and_the_others_in_the_firmwares_order()
        => Assert.Equal([2U, 0, 1, 3], Ids([0, 1, 2, 3], self: 2, count: 4));

    [Fact]
    public void The_running_core_is_among_the_chosen_though_it_comes_last()
        => Assert.Equal([3U, 0], Ids([0, 1, 2, 3], self: 3, count: 2));

    [Fact]
    public void A_running_core_that_the_firmware_does_not_list_is_still_first()
        => Assert.Equal([9U, 0], Ids([0, 1], self: 9, count: 2));

    [Fact]
    public void Nodes_go_with_their_cores()
    {
        AcpiInfo acpi = Cores([4, 6]);
        acpi.Cores[0].Node = 1;
        acpi.Cores[1].Node = 2;
        CoreBootRecord[] records = new CoreBootRecord[2];
        CoreList.Fill(in acpi, self: 6, records);

        Assert.Equal([2U, 1], records.Select(record => record.Node));
    }

    private static uint[] Ids(uint[] listed, uint self, int count)
    {
        AcpiInfo acpi = Cores(listed);
        CoreBootRecord[] records = new CoreBootRecord[count];
        CoreList.Fill(in acpi, self, records);
        return [.. records.Select(record => record.ApicId)];
    }

    private static AcpiInfo Cores(uint[] ids)
    {
        AcpiInfo acpi = default;
        foreach (uint id in ids)
            acpi.Cores[acpi.CoreCount++] = new AcpiCore { ApicId = new ApicId(id) };
        return acpi;
    }
}
