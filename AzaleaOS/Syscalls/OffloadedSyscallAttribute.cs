namespace AzaleaOS.Syscalls;

/// <summary>A method that answers a Linux system call in images with the offload channel, in place of the <see cref="SyscallAttribute"/> method of the same number.</summary>
/// <remarks>Same form. It may call the other one, which is an ordinary method then. In images without the channel it does not exist.</remarks>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
internal sealed class OffloadedSyscallAttribute(int number) : Attribute
{
    /// <summary>Linux's number on x86-64.</summary>
    internal int Number { get; } = number;
}
