namespace AzaleaOS.Tests.Programs.Sources.CSharp;

/// <summary>The console: colours, lines and keys that are typed, Ctrl-C.</summary>
internal static class Screen
{
    internal static void Run()
    {
        Console.WriteLine($"redirected {Console.IsInputRedirected} {Console.IsOutputRedirected} {Console.IsErrorRedirected}");
        foreach (ConsoleColor color in (ConsoleColor[])[ConsoleColor.Red, ConsoleColor.DarkBlue, ConsoleColor.White])
        {
            Console.ForegroundColor = color;
            Console.Write(color);
            Console.BackgroundColor = ConsoleColor.DarkGreen;
            Console.Write('!');
            Console.ResetColor();
            Console.WriteLine();
        }

        Console.Error.WriteLine("to standard error");
        Console.Out.Flush();
        Console.WriteLine($"size {Console.WindowWidth > 0} {Console.WindowHeight > 0}");
        string? line;
        int count = 0;
        while ((line = Console.ReadLine()) is not null && line != "keys")
            Console.WriteLine($"line {++count}: {line.ToUpperInvariant()}");
        if (line is null)
        {
            Console.WriteLine($"end {Console.Read()}");
            return;
        }

        Console.WriteLine("ready for keys");
        ConsoleKeyInfo key;
        while ((key = Console.ReadKey(intercept: true)).KeyChar != 'q')
            Console.WriteLine($"key {key.Key} {key.Modifiers} {(int)key.KeyChar}");

        using var pressed = new CountdownEvent(2);
        Console.CancelKeyPress += (_, e) =>
        {
            Console.WriteLine($"cancel {e.SpecialKey}");
            e.Cancel = pressed.CurrentCount > 1;
            pressed.Signal();
        };
        Console.WriteLine("ready for Ctrl-C");
        Thread.Sleep(Timeout.Infinite);
    }
}
