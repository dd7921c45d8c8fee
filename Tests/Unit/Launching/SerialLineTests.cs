using System.Text;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Unit.Launching;

public class SerialLineTests
{
    private const string BootText = "\u001B[2J\u001B[01;01HBdsDxe: starting Boot0001\r\nWelcome to GRUB!\n\r";

    private readonly MemoryStream _output = new();
    private readonly MemoryStream _records = new();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void What_comes_before_the_marker_is_not_the_guests(int chunk)
    {
        IReadOnlyList<string> complaint = Feed(BootText + "azalea: boot\n\r\nhello\n\u001Eazalea: exit 4\n", chunk, bootLoader: true, out int? status);
        Assert.Equal(("\nhello\n", 4), (Encoding.ASCII.GetString(_output.ToArray()), status));
        Assert.Empty(complaint);
    }

    [Fact]
    public void A_boot_loader_that_starts_nothing_is_quoted_without_its_control_sequences()
    {
        IReadOnlyList<string> complaint = Feed(BootText + "error: no multiboot header found.\n\r", 3, bootLoader: true, out int? status);
        Assert.Equal(["BdsDxe: starting Boot0001", "Welcome to GRUB!", "error: no multiboot header found."], complaint);
        Assert.Equal((0L, null), (_output.Length, status));
    }

    [Fact]
    public void A_kernel_that_another_boot_loader_started_is_heard()
    {
        Feed("hello\n\u001Eazalea: exit 0\n", 2, bootLoader: true, out int? status);
        Assert.Equal(("hello\n", 0), (Encoding.ASCII.GetString(_output.ToArray()), status));
    }

    [Fact]
    public void Without_boot_loader_everything_is_the_guests()
    {
        Feed("azalea: boot\n\rx", 5, bootLoader: false, out _);
        Assert.Equal("azalea: boot\n\rx", Encoding.ASCII.GetString(_output.ToArray()));
    }

    private IReadOnlyList<string> Feed(string text, int chunk, bool bootLoader, out int? status)
    {
        var line = new SerialLine(new ConsoleParser(_output, _records), bootLoader);
        foreach (byte[] bytes in Encoding.Latin1.GetBytes(text).Chunk(chunk))
            line.Write(bytes);
        IReadOnlyList<string> complaint = line.Complete();
        status = line.ExitStatus;
        return complaint;
    }
}
