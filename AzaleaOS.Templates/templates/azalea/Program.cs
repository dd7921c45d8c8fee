Console.WriteLine($"Hello from {Environment.MachineName}, a machine of {Environment.ProcessorCount} cores.");
Console.WriteLine(File.ReadAllText("/readme.txt").TrimEnd());

long sum = Enumerable.Range(1, 1_000_000).AsParallel().Sum(n => (long)n);
Console.WriteLine($"The sum of the first million numbers is {sum}.");
