using System.Runtime.InteropServices;

namespace AzaleaOS.Tests.Unit.Assembler;

/// <summary>Points GS of this thread at a core block, as the kernel's cores have it.</summary>
/// <remarks>.NET and libc on Linux use FS only.</remarks>
internal sealed class GsBase : IDisposable
{
    private const nint ArchPrctl = 158;
    private const nint ArchSetGs = 0x1001;

    internal GsBase(nint block) => Assert.Equal(0, syscall(ArchPrctl, ArchSetGs, block));

    public void Dispose() => _ = syscall(ArchPrctl, ArchSetGs, 0);

    [DllImport("libc")]
    private static extern nint syscall(nint number, nint code, nint address);
}
