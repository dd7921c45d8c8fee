using AzaleaOS.Boot;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Tests.Promises;

/// <summary>One promise of the kernel per value of the option <c>test</c>: keeps it, or ends as promised.</summary>
public class PromisesKernel : Kernel
{
    /// <inheritdoc/>
    protected override void Run()
    {
        ReadOnlySpan<byte> name = StartUp.Options.Test.Span;
        if (name.SequenceEqual("hello"u8))
        {
            Print("hello\n"u8);
            Stop(0);
            return;
        }

        Log.Error($"no such test: {name}");
        Stop(2);
    }
}
