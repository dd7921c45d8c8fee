using System.Runtime.CompilerServices;

namespace AzaleaOS.Tests.Programs.Sources.CSharp;

/// <summary>Processor faults that are exceptions, caught on several threads and many times.</summary>
internal static class Faults
{
    private sealed class Box
    {
        internal int Value { get; } = 1;
    }

    internal static void Run()
    {
        Console.WriteLine(Caught(() => Read(null)));
        Console.WriteLine(Caught(() => Divide(1, 0)));
        Console.WriteLine(Caught(() => Divide(int.MinValue, -1)));
        Console.WriteLine(Caught(() => At([1, 2, 3], 3)));
        Console.WriteLine(Caught(() => (int)Cast("text")));
        Console.WriteLine(Caught(() => checked(Big() * 2)));

        int caught = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(n => new Thread(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                try
                {
                    _ = (i + n) % 2 == 0 ? Read(null) : Divide(i, 0);
                }
                catch (NullReferenceException)
                {
                    Interlocked.Increment(ref caught);
                }
                catch (DivideByZeroException)
                {
                    Interlocked.Add(ref caught, 1000);
                }
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Console.WriteLine(caught);
        Nested();
    }

    /// <summary>Ten thousand null references on eight threads, each caught where it comes from.</summary>
    internal static void Nulls()
    {
        const int Each = 1250;
        int[] caught = new int[8];
        Thread[] threads = [.. Enumerable.Range(0, caught.Length).Select(n => new Thread(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                try
                {
                    caught[n] -= Read(null);
                }
                catch (NullReferenceException e) when (e.StackTrace is not null)
                {
                    caught[n]++;
                }
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Console.WriteLine($"{caught.Sum()} caught: {string.Join(' ', caught)}");
    }

    /// <summary>A thread that nobody guards throws: the program ends.</summary>
    internal static void EndThread()
    {
        var thread = new Thread(() => throw new InvalidOperationException("on a thread", new ArgumentException("the reason")));
        thread.Start();
        thread.Join();
        Console.WriteLine("went on");
    }

    /// <summary>A fault of the processor that nobody catches.</summary>
    internal static void Uncaught() => Console.WriteLine(Read(null));

    private static void Nested()
    {
        try
        {
            try
            {
                Read(null);
            }
            finally
            {
                Console.WriteLine("finally");
            }
        }
        catch (Exception e) when (Filter(e))
        {
            Console.WriteLine(Caught(() => throw new InvalidOperationException("outer", e)));
        }
    }

    private static bool Filter(Exception e)
    {
        Console.WriteLine("filter " + Caught(() => Divide(1, 0)));
        return e is NullReferenceException;
    }

    private static string Caught(Func<int> action)
    {
        try
        {
            return "no exception: " + action();
        }
        catch (Exception e)
        {
            return e.GetType().Name + ": " + e.Message;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Read(Box? box) => box!.Value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Divide(int a, int b) => a / b;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int At(int[] array, int index) => array[index];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static object Cast(object o) => o;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Big() => int.MaxValue;
}
