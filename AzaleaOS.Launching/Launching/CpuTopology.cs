namespace AzaleaOS.Build.Launching;

/// <summary>How logical processors are grouped; decides the APIC ids the guest sees.</summary>
/// <param name="Sockets">Packages, from 1.</param>
/// <param name="Cores">Cores in a socket, from 1.</param>
/// <param name="Threads">Hardware threads of a core, from 1.</param>
public sealed record CpuTopology(int Sockets, int Cores, int Threads)
{
    /// <summary>Logical processors.</summary>
    public int Cpus => Sockets * Cores * Threads;

    /// <summary>
    /// One socket of cores with the most threads, up to four, that divide the count: the shape of the paper's
    /// Knights Landing node (72 cores of 4 threads for 288).
    /// </summary>
    public static CpuTopology Manycore(int cpus)
    {
        int threads = cpus % 4 == 0 ? 4 : cpus % 2 == 0 ? 2 : 1;
        return new CpuTopology(1, cpus / threads, threads);
    }

    /// <summary>Reads <c>SOCKETS:CORES:THREADS</c>.</summary>
    public static bool TryParse(string text, out CpuTopology? topology)
    {
        topology = null;
        string[] parts = text.Split(':');
        if (parts.Length != 3)
            return false;
        int[] numbers = new int[3];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!int.TryParse(parts[i], out numbers[i]) || numbers[i] is < 1 or > 4096)
                return false;
        }

        topology = new CpuTopology(numbers[0], numbers[1], numbers[2]);
        return true;
    }
}
