namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>What is written down about a unikernel: the file <c>record.json</c> of its directory, and what <c>inspect</c> shows.</summary>
internal sealed record UnikernelRecord
{
    /// <summary>Twelve hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The name that the user gave it, or null.</summary>
    public string? Name { get; init; }

    public UnikernelState State { get; init; }

    /// <summary>The program's path on the host; null for an image that brings its own.</summary>
    public string? Program { get; init; }

    /// <summary>How many of the program's system calls became calls before it started; null if it runs as it is.</summary>
    public int? PromotedCalls { get; init; }

    /// <summary>How many system calls the program has, if it was promoted.</summary>
    public int? SystemCalls { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The kernel image.</summary>
    public required string Image { get; init; }

    /// <summary>The directory that is the application's root, or null.</summary>
    public string? Root { get; init; }

    public bool ReadOnly { get; init; }

    /// <summary>HOST:GUEST or HOST:GUEST:ro.</summary>
    public IReadOnlyList<string> Mounts { get; init; } = [];

    public int Cpus { get; init; }

    /// <summary>Bytes.</summary>
    public long Memory { get; init; }

    /// <summary>The process that watches over it and writes this file.</summary>
    public ProcessIdentity? Supervisor { get; init; }

    /// <summary>The process that carries out its system calls.</summary>
    public ProcessIdentity? Daemon { get; init; }

    /// <summary>QEMU.</summary>
    public ProcessIdentity? Emulator { get; init; }

    public DateTimeOffset Created { get; init; }

    public DateTimeOffset? Ended { get; init; }

    /// <summary>The exit status, once it ended: 128 and the number of a signal that ended it.</summary>
    public int? Status { get; init; }

    /// <summary>The signal that ended the application, as "SIGSEGV"; null if it exited, or if it was not the application that ended.</summary>
    public string? Signal { get; init; }

    /// <summary>Why it ended, where its status does not say it all.</summary>
    public string? Reason { get; init; }

    /// <summary>What calls moved and who copied, for <c>inspect</c>; never in the file.</summary>
    public Statistics.DataTotals? Data { get; init; }

    /// <summary>The name, else the number.</summary>
    internal string Label => Name ?? Id;

    internal bool IsActive => State is UnikernelState.Starting or UnikernelState.Running;

    /// <summary>The program's file name, or the image's.</summary>
    internal string What => string.Join(' ', [Path.GetFileName(Program ?? Image), .. Arguments]);
}
