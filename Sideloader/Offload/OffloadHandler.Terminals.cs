using AzaleaOS.Abi;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Offload;

// ioctl: what terminals, pipes and files know, and nothing that reaches beyond them.
internal sealed unsafe partial class OffloadHandler
{
    private const int MaxControlBytes = 64;
    private const uint SetNonBlocking = 0x5421;

    /// <summary>How the third argument of a request is used.</summary>
    private enum ControlKind
    {
        Number,
        Read,
        Written,
    }

    /// <summary>The requests that are carried out: the structure's size is fixed, so that Linux never looks behind it.</summary>
    /// <remarks>
    /// Whose the terminal is (TIOCGPGRP and the like) the unikernel knows: it is one process. TIOCSTI and what changes lines or
    /// devices is left out. Source: Linux, include/uapi/asm-generic/ioctls.h; man page ioctl_tty(2).
    /// </remarks>
    private static (ControlKind Kind, int Bytes)? DescribeControl(uint request) => request switch
    {
        0x5401 => (ControlKind.Written, 36), // TCGETS
        0x5402 or 0x5403 or 0x5404 => (ControlKind.Read, 36), // TCSETS, TCSETSW, TCSETSF
        0x5409 or 0x540A or 0x540B or 0x5425 => (ControlKind.Number, 0), // TCSBRK, TCXONC, TCFLSH, TCSBRKP
        0x5411 or 0x541B => (ControlKind.Written, 4), // TIOCOUTQ, FIONREAD
        0x5413 => (ControlKind.Written, 8), // TIOCGWINSZ
        0x5414 => (ControlKind.Read, 8), // TIOCSWINSZ
        SetNonBlocking => (ControlKind.Read, 4), // FIONBIO
        0x802C542A => (ControlKind.Written, 44), // TCGETS2
        0x402C542B or 0x402C542C or 0x402C542D => (ControlKind.Read, 44), // TCSETS2, TCSETSW2, TCSETSF2
        _ => null,
    };

    private long ControlDevice(OpenFile file)
    {
        uint request = (uint)Argument(1);
        if (DescribeControl(request) is not { } control)
            return -(int)Errno.ENOTTY;

        byte* argument = stackalloc byte[MaxControlBytes];
        if (control.Kind == ControlKind.Read && (Argument(2) != control.Bytes || _chain.Read(_taken, new Span<byte>(argument, control.Bytes)) != control.Bytes))
            return -(int)Errno.EFAULT;

        if (request == SetNonBlocking)
        {
            file.NonBlocking = *(int*)argument != 0;
            return 0;
        }

        long result = Check(Libc.DeviceControl(file.Descriptor, request, control.Kind == ControlKind.Number ? (void*)Argument(2) : argument));
        if (result < 0 || control.Kind != ControlKind.Written)
            return result;
        if (_chain.WritableBytes - Abi.Channel.ResponseHeader.Bytes < control.Bytes)
            return -(int)Errno.EFAULT;

        AnswerBytes(new ReadOnlySpan<byte>(argument, control.Bytes));
        return result;
    }
}
