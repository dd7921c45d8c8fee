// Primes [LIMIT] [--no-times]: how many primes are below LIMIT, by trial division.
using System.Diagnostics;

bool times = !args.Contains("--no-times");
int limit = args.Where(word => !word.StartsWith('-')).Select(int.Parse).FirstOrDefault(2_000_000);

(int one, TimeSpan alone) = Measure(() => Count(2, limit));
(int all, TimeSpan together) = Measure(() => CountOnAllCores(limit));
Console.WriteLine($"{all} primes below {limit}");
if (one != all)
{
    Console.Error.WriteLine($"one core says {one}");
    return 1;
}

if (times)
    Console.WriteLine($"one core {alone.TotalSeconds:F3} s, {Environment.ProcessorCount} cores {together.TotalSeconds:F3} s, speed-up {alone / together:F2}");
return 0;

static (int Count, TimeSpan Time) Measure(Func<int> count)
{
    var watch = Stopwatch.StartNew();
    int result = count();
    return (result, watch.Elapsed);
}

// Pieces are many more than cores, because later ones take longer.
static int CountOnAllCores(int limit)
{
    const int Piece = 1024;
    int total = 0;
    Parallel.For(0, (limit + Piece - 1) / Piece, () => 0,
        (piece, _, sum) => sum + Count(Math.Max(2, piece * Piece), Math.Min(limit, (piece + 1) * Piece)),
        sum => Interlocked.Add(ref total, sum));
    return total;
}

static int Count(int from, int to)
{
    int count = 0;
    for (int n = from; n < to; n++)
        count += IsPrime(n) ? 1 : 0;
    return count;
}

static bool IsPrime(int n)
{
    if (n < 4)
        return n >= 2;
    if (n % 2 == 0)
        return false;
    for (int divisor = 3; divisor * divisor <= n; divisor += 2)
    {
        if (n % divisor == 0)
            return false;
    }

    return true;
}
