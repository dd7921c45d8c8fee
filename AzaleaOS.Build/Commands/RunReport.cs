using System.Text;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Commands;

/// <summary>What <c>azalea run --json</c> prints.</summary>
internal sealed class RunReport(MachineResult result)
{
    /// <summary>The exit status of the command.</summary>
    public int Status { get; } = result.Status;

    /// <summary>exited, noExitRecord, timedOut or cancelled.</summary>
    public string Ending { get; } = char.ToLowerInvariant(result.Ending.ToString()[0]) + result.Ending.ToString()[1..];

    /// <summary>Wall-clock time of the machine.</summary>
    public double Seconds { get; } = Math.Round(result.Elapsed.TotalSeconds, 3);

    /// <summary>The program's output, or null if it is not text in UTF-8.</summary>
    public string? Output { get; } = TryDecode(result.OutputBytes);

    /// <summary>The program's output in base 64 if it is not text.</summary>
    public string? OutputBase64 { get; } = TryDecode(result.OutputBytes) is null ? Convert.ToBase64String(result.OutputBytes.Span) : null;

    /// <summary>The kernel's lines.</summary>
    public IReadOnlyList<string> Log { get; } = result.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The emulator's lines.</summary>
    public IReadOnlyList<string> Emulator { get; } = result.EmulatorMessages;

    private static string? TryDecode(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
