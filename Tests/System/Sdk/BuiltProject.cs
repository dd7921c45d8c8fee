namespace AzaleaOS.Tests.Machines.Sdk;

/// <summary>A kernel project that prints, built once for all tests of a class.</summary>
public sealed class BuiltProject : IDisposable
{
    public const string Kernel =
        """
        namespace Hello;

        public class Kernel : AzaleaOS.Kernel
        {
            private int _left = 3;

            protected override void BeforeRun() => Print("booted\n"u8);

            protected override void Run()
            {
                Print("running\n"u8);
                if (--_left == 0)
                    Stop(7);
            }

            protected override void AfterRun() => Print("done\n"u8);
        }
        """;

    public BuiltProject()
    {
        Project.Write("isoFiles/etc/motd", "welcome");
        Project.Build().Succeeds();
    }

    public KernelProject Project { get; } = new(Kernel);

    public void Dispose() => Project.Dispose();
}
