using Sys = AzaleaOS;

public sealed class Kernel : Sys.Kernel
{
    protected override void BeforeRun()
    {
        Print("AzaleaProject has booted.\n"u8);
    }

    protected override void Run()
    {
        Print("Hello from the kernel.\n"u8);
        Stop(0);
    }
}
