namespace AzaleaOS.Tests.Programs.Sources.CSharp;

/// <summary>An application on the whole .NET runtime; its first argument says what it does. It prints nothing that chance decides.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        switch (arguments is [] ? "" : arguments[0])
        {
            case "hello":
                Console.WriteLine("Hello from .NET");
                return 0;
            case "parallel":
                ParallelWork.Run();
                return 0;
            case "gc":
                GarbageCollection.Run();
                return 0;
            case "suspension":
                Suspension.Run(places: arguments is [_, "places"]);
                return 0;
            case "faults":
                Faults.Run();
                return 0;
            case "async":
                await AsyncWork.RunAsync();
                return 0;
            case "timers":
                await Timers.RunAsync();
                return 0;
            case "files":
                await Files.RunAsync();
                return 0;
            case "nulls":
                Faults.Nulls();
                return 0;
            case "memory":
                Memory.Run();
                return 0;
            case "heap":
                Heap.Run();
                return 0;
            case "storage":
                await Storage.RunAsync();
                return 0;
            case "network":
                await Network.RunAsync();
                return 0;
            case "machine":
                Machine.Run();
                return 0;
            case "size":
                Machine.Size();
                return 0;
            case "screen":
                Screen.Run();
                return 0;
            case "thread-unhandled":
                Faults.EndThread();
                return 1;
            case "null-unhandled":
                Faults.Uncaught();
                return 1;
            case "unhandled":
                throw new InvalidOperationException("nobody catches this");
            case "exit":
                Environment.Exit(41);
                return 1;
            default:
                await Console.Error.WriteLineAsync("say what to do");
                return 2;
        }
    }
}
