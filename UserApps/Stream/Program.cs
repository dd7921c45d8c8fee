// Stream [MEBIBYTES] [--no-times]: copy, scale, add and triad after McCalpin, each core on pages that it touched first.
using System.Diagnostics;
using System.Numerics;

bool times = !args.Contains("--no-times");
int mebibytes = args.Where(word => !word.StartsWith('-')).Select(int.Parse).FirstOrDefault(24);
int cores = Environment.ProcessorCount;
int part = (int)(mebibytes * 1024L * 1024 / 3 / sizeof(double) / cores) / Vector<double>.Count * Vector<double>.Count;
double[][] a = new double[cores][], b = new double[cores][], c = new double[cores][];
OnEachCore(core =>
{
    a[core] = Filled(1);
    b[core] = Filled(2);
    c[core] = Filled(0);
});

Measure("copy", 2, core => a[core].AsSpan().CopyTo(c[core]));
Measure("scale", 2, core => Combine(c[core], c[core], b[core], 3, 0));
Measure("add", 3, core => Combine(a[core], b[core], c[core], 1, 1));
Measure("triad", 3, core => Combine(b[core], c[core], a[core], 1, 3));

// What ten rounds of each leave: c = a; b = 3 c; c = a + b; a = b + 3 c.
double error = Enumerable.Range(0, cores).Max(core => a[core].Concat(b[core]).Concat(c[core]).Any(double.IsNaN) ? 1 : Math.Abs(a[core][0] - 15) + Math.Abs(b[core][^1] - 3) + Math.Abs(c[core][part / 2] - 4));
Console.WriteLine(error == 0 ? "the arrays are right" : $"the arrays are wrong by {error}");
return error == 0 ? 0 : 1;

double[] Filled(double value)
{
    double[] array = new double[part];
    Array.Fill(array, value);
    return array;
}

static void Combine(double[] left, double[] right, double[] result, double factorLeft, double factorRight)
{
    var x = new Vector<double>(factorLeft);
    var y = new Vector<double>(factorRight);
    for (int i = 0; i < result.Length; i += Vector<double>.Count)
        ((new Vector<double>(left, i) * x) + (new Vector<double>(right, i) * y)).CopyTo(result, i);
}

void OnEachCore(Action<int> action)
{
    Thread[] threads = [.. Enumerable.Range(0, cores).Select(core => new Thread(() => action(core)))];
    foreach (Thread thread in threads)
        thread.Start();
    foreach (Thread thread in threads)
        thread.Join();
}

void Measure(string name, int arrays, Action<int> action)
{
    TimeSpan best = TimeSpan.MaxValue;
    for (int round = 0; round < 10; round++)
    {
        var watch = Stopwatch.StartNew();
        OnEachCore(action);
        best = watch.Elapsed < best ? watch.Elapsed : best;
    }

    Console.WriteLine(times ? $"{name}: {arrays * sizeof(double) * (double)part * cores / best.TotalSeconds / 1e9:F2} GB/s" : $"{name}: done");
}
