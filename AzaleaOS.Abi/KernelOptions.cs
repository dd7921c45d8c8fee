using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Abi;

/// <summary>What the kernel command line says.</summary>
public struct KernelOptions
{
    /// <summary><c>verbose</c>: print the boot log.</summary>
    public bool Verbose;

    /// <summary><c>trace</c>: print the system calls.</summary>
    public bool Trace;

    /// <summary><c>bootstat</c>: print how long the boot took.</summary>
    public bool BootStatistics;

    /// <summary><c>cores=wait</c>: go on only when all cores are up.</summary>
    public bool WaitForCores;

    /// <summary><c>cpus=N</c>: how many cores to use; 0 for all.</summary>
    public int Cores;

    /// <summary><c>exit=WAY</c>: how to power off.</summary>
    public ExitMethod Exit;

    /// <summary><c>poll=MICROSECONDS</c>: how long a thread looks for the answer of the offload peer before it gives its core away; 0 for what is usual.</summary>
    public int PollMicroseconds;

    /// <summary><c>pages=eager</c> or <c>lazy</c>: when the application's pages get their frames.</summary>
    public PopulateMode Pages;

    /// <summary><c>cwd=PATH</c>: the program's working directory; empty for the root.</summary>
    public ByteString WorkingDirectory;

    /// <summary><c>test=NAME</c>: which test a test image runs; empty for none.</summary>
    public ByteString Test;

    /// <summary><c>tty=COLUMNSxROWS</c>: there is a terminal at the other end of the console, of this size; 0 by 0 for none.</summary>
    public WindowSize Terminal;

    /// <summary><c>stdio=XYZ</c>: what standard input, output and error are, a letter each.</summary>
    public StandardStreams Streams;

    /// <summary><c>env=K=V</c>: the program's environment, each word K=V.</summary>
    public WordList Environment;

    /// <summary>All after <c>--</c>: the program's argv, its name included. May be empty.</summary>
    public WordList Arguments;

    /// <summary>If the command line is wrong: the word that is.</summary>
    public ByteString Culprit;
}
