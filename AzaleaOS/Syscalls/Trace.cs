using System.Runtime;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Option <c>trace</c>: every system call on the console, with name, arguments and result, as strace shows them.</summary>
internal static unsafe class Trace
{
    private const int LongestText = 48;
    private const ulong Exit = 60;
    private const ulong ExitGroup = 231;
    private const long LastError = 4095;

    /// <summary>Shows and makes a call. The entry code comes here while calls are traced.</summary>
    [RuntimeExport("azalea_sys_traced")]
    internal static long Call(TrapFrame* frame)
    {
        ulong number = (uint)frame->Error;
        LogMessage line = new(0, 0);
        ReadOnlySpan<byte> name = SyscallNames.Find(number, out ReadOnlySpan<byte> kinds);
        if (name.IsEmpty)
        {
            line.AppendLiteral("syscall_");
            line.AppendFormatted(number);
        }
        else
        {
            line.AppendFormatted(name);
        }

        AppendArguments(ref line, frame, kinds);
        if (number is Exit or ExitGroup)
        {
            line.AppendLiteral(" = ?");
            Log.Line(line);
        }

        delegate*<ulong, ulong, ulong, ulong, ulong, ulong, long> method = SystemCalls.Find(number);
        long result = method == null
            ? Unknown.Answer(number)
            : method(frame->Rdi, frame->Rsi, frame->Rdx, frame->R10, frame->R8, frame->R9);
        AppendResult(ref line, result);
        Log.Line(line);
        return result;
    }

    /// <summary>Writes the arguments of a call in parentheses.</summary>
    internal static void AppendArguments(scoped ref LogMessage line, TrapFrame* frame, ReadOnlySpan<byte> kinds)
    {
        ulong* arguments = stackalloc ulong[6] { frame->Rdi, frame->Rsi, frame->Rdx, frame->R10, frame->R8, frame->R9 };
        line.AppendLiteral("(");
        for (int i = 0; i < kinds.Length; i++)
        {
            line.AppendLiteral(i == 0 ? "" : ", ");
            AppendArgument(ref line, kinds[i], arguments[i], i + 1 < kinds.Length ? arguments[i + 1] : 0);
        }

        line.AppendLiteral(")");
    }

    /// <summary>Writes what a call returned: a number, or an error with its name.</summary>
    internal static void AppendResult(scoped ref LogMessage line, long result)
    {
        line.AppendLiteral(" = ");
        if (result is < 0 and >= -LastError)
        {
            line.AppendLiteral("-1 ");
            line.AppendFormatted(ErrnoNames.Find((int)-result));
        }
        else if (result > int.MaxValue)
        {
            line.AppendLiteral("0x");
            line.AppendFormatted((ulong)result, "x");
        }
        else
        {
            line.AppendFormatted(result);
        }
    }

    private static void AppendArgument(scoped ref LogMessage line, byte kind, ulong value, ulong next)
    {
        switch (kind)
        {
            case (byte)'f' when (int)value == AtFlags.WorkingDirectory:
                line.AppendLiteral("AT_FDCWD");
                break;
            case (byte)'f' or (byte)'d':
                line.AppendFormatted((int)value);
                break;
            case (byte)'u':
                line.AppendFormatted(value);
                break;
            case (byte)'o':
                AppendOctal(ref line, (uint)value);
                break;
            case (byte)'s':
                AppendPath(ref line, value);
                break;
            case (byte)'b':
                AppendBytes(ref line, value, next);
                break;
            case (byte)'p' when value == 0:
                line.AppendLiteral("NULL");
                break;
            default:
                line.AppendLiteral(value == 0 ? "" : "0x");
                line.AppendFormatted(value, "x");
                break;
        }
    }

    private static void AppendOctal(scoped ref LogMessage line, uint value)
    {
        byte* digits = stackalloc byte[12];
        int at = 12;
        do
        {
            digits[--at] = (byte)('0' + (value & 7));
            value >>= 3;
        }
        while (value != 0);
        line.AppendLiteral("0");
        line.AppendFormatted(new ReadOnlySpan<byte>(digits + at, 12 - at));
    }

    private static void AppendPath(scoped ref LogMessage line, ulong address)
    {
        byte* text = stackalloc byte[LongestText + 1];
        long length = UserMemory.CopyText(address, text, LongestText + 1);
        if (length < 0)
        {
            AppendArgument(ref line, (byte)'p', address, 0);
            return;
        }

        AppendText(ref line, new ReadOnlySpan<byte>(text, (int)length));
    }

    private static void AppendBytes(scoped ref LogMessage line, ulong address, ulong length)
    {
        byte* text = stackalloc byte[LongestText + 1];
        ulong shown = Math.Min(length, LongestText + 1);
        if (UserMemory.CopyIn(text, address, shown) != shown)
        {
            AppendArgument(ref line, (byte)'p', address, 0);
            return;
        }

        AppendText(ref line, new ReadOnlySpan<byte>(text, (int)shown));
    }

    private static void AppendText(scoped ref LogMessage line, ReadOnlySpan<byte> text)
    {
        line.AppendLiteral("\"");
        foreach (byte letter in text[..Math.Min(text.Length, LongestText)])
        {
            switch (letter)
            {
                case (byte)'\n':
                    line.AppendLiteral("\\n");
                    break;
                case (byte)'\t':
                    line.AppendLiteral("\\t");
                    break;
                case (byte)'"' or (byte)'\\':
                    line.AppendLiteral("\\");
                    line.AppendFormatted([letter]);
                    break;
                case < 32 or > 126:
                    line.AppendLiteral("\\x");
                    line.AppendFormatted(letter, "x2");
                    break;
                default:
                    line.AppendFormatted([letter]);
                    break;
            }
        }

        line.AppendLiteral(text.Length > LongestText ? "\"..." : "\"");
    }
}
