// GcStress [SECONDS] [THREADS] [ROUNDS]: threads that allocate trees, large arrays and finalizable objects, and check that nothing
// they hold changes. With ROUNDS each thread ends after so many, and the last line is the time they took.
using System.Diagnostics;

double seconds = args.Length > 0 ? double.Parse(args[0]) : 5;
int threads = args.Length > 1 ? int.Parse(args[1]) : 16;
int most = args.Length > 2 ? int.Parse(args[2]) : int.MaxValue;
int broken = 0;
long rounds = 0;
var end = Stopwatch.StartNew();
Thread[] workers = [.. Enumerable.Range(0, threads).Select(index => new Thread(() => Work(index)))];
foreach (Thread worker in workers)
    worker.Start();
foreach (Thread worker in workers)
    worker.Join();
TimeSpan taken = end.Elapsed;

GC.Collect();
GC.WaitForPendingFinalizers();
Console.WriteLine(broken == 0 && Finalized.Made == Finalized.Gone ? "everything held, everything let go was collected" : $"{broken} broken, {Finalized.Made - Finalized.Gone} not finalized");
if (args.Length == 0)
    Console.WriteLine($"{rounds} rounds; collections {GC.CollectionCount(0)}, {GC.CollectionCount(1)}, {GC.CollectionCount(2)}; {GC.GetTotalAllocatedBytes() >> 20} MiB allocated");
if (args.Length > 2)
    Console.WriteLine($"{taken.TotalMilliseconds:F0} ms");
return broken == 0 ? 0 : 1;

void Work(int index)
{
    var random = new Random(index);
    var held = new Tree?[64];
    var blocks = new byte[8][];
    for (int round = 0; round < most && end.Elapsed.TotalSeconds < seconds; round++)
    {
        for (int i = 0; i < 200; i++)
        {
            int at = random.Next(held.Length);
            if (held[at] is { } old && old.Sum() != old.Expected)
                Interlocked.Increment(ref broken);
            held[at] = Tree.Of(random.Next(6), random);
        }

        // Beyond 85,000 bytes: the heap of large objects.
        int block = random.Next(blocks.Length);
        if (blocks[block] is { } bytes && bytes.AsSpan().ContainsAnyExcept((byte)index))
            Interlocked.Increment(ref broken);
        blocks[block] = new byte[random.Next(1_000, 200_000)];
        blocks[block].AsSpan().Fill((byte)index);
        Finalized.Make();
        Interlocked.Increment(ref rounds);
    }
}

internal sealed class Tree
{
    private Tree? _left, _right;
    private int _value;

    public long Expected { get; private set; }

    public static Tree Of(int depth, Random random)
    {
        var tree = new Tree { _value = random.Next(1000) };
        tree.Expected = tree._value;
        if (depth > 0)
        {
            tree._left = Of(depth - 1, random);
            tree._right = Of(depth - 1, random);
            tree.Expected += tree._left.Expected + tree._right.Expected;
        }

        return tree;
    }

    public long Sum() => _value + (_left?.Sum() ?? 0) + (_right?.Sum() ?? 0);
}

internal sealed class Finalized
{
    private static long s_made, s_gone;

    private Finalized() => Interlocked.Increment(ref s_made);

    ~Finalized() => Interlocked.Increment(ref s_gone);

    public static long Made => Volatile.Read(ref s_made);

    public static long Gone => Volatile.Read(ref s_gone);

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    public static void Make() => _ = new Finalized();
}
