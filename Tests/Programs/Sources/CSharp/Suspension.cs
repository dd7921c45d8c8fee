using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AzaleaOS.Tests.Programs.Sources.CSharp;

/// <summary>Collections that stop a thread at every instruction of a system call, while registers and stack hold references.</summary>
/// <remarks>
/// suspension.c knows when the collector's signal comes and where. The output is the same on Linux, in the libOS and with promotion; with "places" it
/// also says how many signals came inside of the calls' stubs, which takes a clock that counts instructions.
/// </remarks>
internal static unsafe class Suspension
{
    private const int Wanderers = 4;
    private const int MostInstructions = 4000;

    // Nanoseconds: less than most instructions and the way to the call, more than that way alone.
    private const int Moment = 3000;

    // Instructions from before a call to behind it, without the kernel's own.
    private const int Places = 104;

    // More than a page of zeros comes in parts on Linux if a signal comes.
    private const int LongCall = 4096;

    private static readonly byte[] s_bytes = GC.AllocateArray<byte>(LongCall, pinned: true);
    private static volatile bool s_stop;
    private static long s_turns;
    private static int* s_fired;
    private static int s_parent;
    private static int s_zero;
    private static int s_null;
    private static int s_size = 8;

    // How many signals had come before the thread's last call.
    [ThreadStatic]
    private static int t_before;

    private sealed class Held(int number)
    {
        internal int Number { get; } = number;

        internal byte[] Payload { get; } = [(byte)number, (byte)~number];
    }

    private enum Kind
    {
        AskAtOnce,
        Ask,
        WriteAtOnce,
        Write,
        ReadAtOnce,
        Read,
    }

    /// <summary>Prints what was wrong, which is nothing.</summary>
    /// <param name="places">Whether to let instructions pass one by one, and to say where signals came.</param>
    internal static void Run(bool places)
    {
        using var zero = File.OpenHandle("/dev/zero");
        using var sink = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        s_zero = (int)zero.DangerousGetHandle();
        s_null = (int)sink.DangerousGetHandle();
        s_parent = Native.Ask();
        if (Native.Start() != 0)
            throw new InvalidOperationException("no handler");
        s_fired = Native.Fired();
        long wrong = 0, moved = 0;
        var collector = new Thread(Collect);
        collector.Start();
        var sweeper = new Thread(() => Sweep(places, ref wrong, ref moved));
        sweeper.Start();
        sweeper.Join();
        Native.End();
        collector.Join();
        Console.WriteLine($"at every instruction: wrong {wrong}, some moved {moved > 0}");

        // Calls of some length: a thread is stopped while it is in one that it makes at once.
        wrong = 0;
        s_size = LongCall;
        Thread[] wanderers = [.. Enumerable.Range(0, Wanderers).Select(n => new Thread(() => Wander(n, ref wrong)))];
        foreach (Thread thread in wanderers)
            thread.Start();
        CollectAlways();
        foreach (Thread thread in wanderers)
            thread.Join();
        Console.WriteLine($"at any time: wrong {wrong}, all ran {s_turns >= Wanderers}");
        if (places)
            Say("at any time");
    }

    private static void Sweep(bool places, ref long wrong, ref long moved)
    {
        if (Native.Thread() != 0)
            throw new InvalidOperationException("no timer");
        foreach (Kind kind in Enum.GetValues<Kind>())
        {
            // Where the signal comes just before the call; a clock that does not count instructions finds some place or other.
            int late = 0, early = MostInstructions;
            while (early - late > 1)
            {
                int middle = (late + early) / 2;
                if (Stop(kind, middle, ref wrong, ref moved))
                    early = middle;
                else
                    late = middle;
            }

            if (places)
                Say(null);
            for (int distance = -8; distance < Places; distance++)
                Stop(kind, Math.Clamp(late - distance, 0, MostInstructions), ref wrong, ref moved);
            if (places)
                Say(kind.ToString());
        }
    }

    /// <summary>One signal, as many instructions earlier as it is told; whether it came before the first call.</summary>
    private static bool Stop(Kind kind, int instructions, ref long wrong, ref long moved)
    {
        int count = *s_fired;
        Held[] held = Make(instructions);
        nint before = Address(held[0]);
        Native.Arm(Moment, instructions);
        wrong += Turn(kind, held[0], held[1], held[2], held[3], held[4], held[5], held[6], held[7]);
        bool isEarly = t_before != count;
        while (Volatile.Read(ref *s_fired) == count)
            wrong += Turn(kind, held[0], held[1], held[2], held[3], held[4], held[5], held[6], held[7]);
        if (Address(held[0]) != before)
            moved++;
        return isEarly;
    }

    private static void Wander(int seed, ref long wrong)
    {
        Native.IsWorker();
        long mine = 0;
        for (int round = seed; !s_stop; round++)
        {
            Held[] held = Make(round);
            for (int turn = 0; turn < 40; turn++)
                mine += Turn((Kind)(turn % 6), held[0], held[1], held[2], held[3], held[4], held[5], held[6], held[7]);
            if (round == seed)
                Interlocked.Increment(ref s_turns);
        }

        Interlocked.Add(ref wrong, mine);
    }

    private static void Collect()
    {
        while (Native.Wanted() != 0)
        {
            GC.Collect(0, GCCollectionMode.Forced, blocking: true, compacting: true);
            Native.Answer();
        }
    }

    private static void CollectAlways()
    {
        while (Interlocked.Read(ref s_turns) < Wanderers)
            Thread.Sleep(1);
        for (int round = 0; round < 100; round++)
        {
            GC.Collect(round % 8 == 7 ? 2 : 0, GCCollectionMode.Forced, blocking: true, compacting: true);
            Thread.Yield();
        }

        s_stop = true;
    }

    private static void Say(string? what)
    {
        int* numbers = stackalloc int[3];
        Native.Count(numbers);
        if (what is not null)
            Console.WriteLine($"{what}: signals {numbers[0]}, in stubs {numbers[1]}, places {numbers[2]}");
    }

    private static Held[] Make(int number) => [.. Enumerable.Range(number, 8).Select(n => new Held(n))];

    private static nint Address(object thing) => *(nint*)Unsafe.AsPointer(ref thing);

    /// <summary>One call, with more references alive across it than registers can hold; 0 if all is as it was, else 1.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Turn(Kind kind, Held a, Held b, Held c, Held d, Held e, Held f, Held g, Held h)
    {
        int first = a.Number;
        var made = new Held(first + 8);
        t_before = *s_fired;
        bool right = Call(kind);
        right &= Is(a, first) && Is(b, first + 1) && Is(c, first + 2) && Is(d, first + 3) && Is(e, first + 4);
        right &= Is(f, first + 5) && Is(g, first + 6) && Is(h, first + 7) && Is(made, first + 8);
        return right ? 0 : 1;
    }

    private static bool Is(Held held, int number) => held.Number == number && held.Payload[0] == (byte)number && held.Payload[1] == (byte)~number;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Call(Kind kind)
    {
        byte* buffer = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(s_bytes));
        return kind switch
        {
            Kind.AskAtOnce => Native.AskAtOnce() == s_parent,
            Kind.Ask => Native.Ask() == s_parent,
            Kind.WriteAtOnce => Native.WriteAtOnce(s_null, buffer, s_size) == s_size,
            Kind.Write => Native.Write(s_null, buffer, s_size) == s_size,
            Kind.ReadAtOnce => Native.ReadAtOnce(s_zero, buffer, s_size) == s_size,
            _ => Native.Read(s_zero, buffer, s_size) == s_size,
        };
    }

    private static class Native
    {
        [DllImport("suspension", EntryPoint = "suspension_start")]
        internal static extern int Start();

        [DllImport("suspension", EntryPoint = "suspension_thread")]
        internal static extern int Thread();

        [DllImport("suspension", EntryPoint = "suspension_is_worker")]
        internal static extern void IsWorker();

        [DllImport("suspension", EntryPoint = "suspension_arm")]
        [SuppressGCTransition]
        internal static extern void Arm(nint nanoseconds, nint instructions);

        [DllImport("suspension", EntryPoint = "suspension_fired")]
        internal static extern int* Fired();

        [DllImport("suspension", EntryPoint = "suspension_wanted")]
        internal static extern int Wanted();

        [DllImport("suspension", EntryPoint = "suspension_answer")]
        internal static extern void Answer();

        [DllImport("suspension", EntryPoint = "suspension_end")]
        internal static extern void End();

        [DllImport("suspension", EntryPoint = "suspension_count")]
        internal static extern void Count(int* numbers);

        [DllImport("libc", EntryPoint = "getppid")]
        [SuppressGCTransition]
        internal static extern int AskAtOnce();

        [DllImport("libc", EntryPoint = "getppid")]
        internal static extern int Ask();

        [DllImport("libc", EntryPoint = "write")]
        [SuppressGCTransition]
        internal static extern nint WriteAtOnce(int descriptor, byte* bytes, nint count);

        [DllImport("libc", EntryPoint = "write")]
        internal static extern nint Write(int descriptor, byte* bytes, nint count);

        [DllImport("libc", EntryPoint = "read")]
        [SuppressGCTransition]
        internal static extern nint ReadAtOnce(int descriptor, byte* bytes, nint count);

        [DllImport("libc", EntryPoint = "read")]
        internal static extern nint Read(int descriptor, byte* bytes, nint count);
    }
}
