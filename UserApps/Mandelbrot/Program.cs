// Mandelbrot [WIDTH] [HEIGHT] [--pgm FILE]: the set as text, or as a picture in a file.
using System.Numerics;
using System.Text;

const int Most = 256;
int at = Array.IndexOf(args, "--pgm");
string? file = at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
int[] sizes = [.. args.Where((word, i) => at < 0 || (i != at && i != at + 1)).Select(int.Parse)];
int width = sizes.ElementAtOrDefault(0) is > 0 and var w ? w : 78;
int height = sizes.ElementAtOrDefault(1) is > 0 and var h ? h : 32;

int[][] rows = new int[height][];
Parallel.For(0, height, y => rows[y] = Row(y));
if (file is not null)
{
    using FileStream output = File.Create(file);
    output.Write(Encoding.ASCII.GetBytes($"P5 {width} {height} 255\n"));
    foreach (int[] row in rows)
        output.Write([.. row.Select(turns => (byte)Math.Min(turns, 255))]);
}
else
{
    const string Shades = " .:-=+*#%@";
    foreach (int[] row in rows)
        Console.WriteLine(string.Concat(row.Select(turns => Shades[turns >= Most ? ^1 : turns % (Shades.Length - 1)])));
}

Console.WriteLine($"{rows.Sum(row => row.Sum(turns => (long)turns))} turns in {width} x {height} points, {Vector<float>.Count} at a time or fewer");
return 0;

// How many turns each point of a row takes to leave the circle of radius 2.
int[] Row(int y)
{
    int[] turns = new int[width];
    Span<float> starts = stackalloc float[Vector<float>.Count];
    var imaginary = new Vector<float>(-1.2f + (2.4f * y / height));
    for (int x = 0; x < width; x += Vector<float>.Count)
    {
        for (int i = 0; i < starts.Length; i++)
            starts[i] = -2f + (3f * (x + i) / width);
        Vector<int> count = Turns(new Vector<float>(starts), imaginary);
        for (int i = 0; i < Math.Min(Vector<float>.Count, width - x); i++)
            turns[x + i] = count[i];
    }

    return turns;
}

static Vector<int> Turns(Vector<float> realStart, Vector<float> imaginaryStart)
{
    Vector<float> real = realStart, imaginary = imaginaryStart;
    Vector<int> count = Vector<int>.Zero, inside = Vector<int>.AllBitsSet;
    for (int turn = 0; turn < Most && inside != Vector<int>.Zero; turn++)
    {
        Vector<float> realSquare = real * real, imaginarySquare = imaginary * imaginary;
        inside &= Vector.LessThanOrEqual(realSquare + imaginarySquare, new Vector<float>(4f));
        count -= inside;
        imaginary = (real * imaginary * 2f) + imaginaryStart;
        real = realSquare - imaginarySquare + realStart;
    }

    return count;
}
