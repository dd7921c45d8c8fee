using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>termios2; its first <see cref="ShortSize"/> bytes are the kernel's termios.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/termbits.h; drivers/tty/tty_io.c, tty_std_termios.</remarks>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct TerminalSettings
{
    /// <summary>NCCS: control characters.</summary>
    public const int CharacterCount = 19;

    /// <summary>Bytes of termios, which lacks the speeds.</summary>
    public const int ShortSize = 36;

    /// <summary>c_iflag.</summary>
    public TerminalInput Input;

    /// <summary>c_oflag.</summary>
    public TerminalOutput Output;

    /// <summary>c_cflag.</summary>
    public uint Control;

    /// <summary>c_lflag.</summary>
    public TerminalLocal Local;

    /// <summary>c_line: 0, N_TTY.</summary>
    public byte Discipline;

    /// <summary>c_cc: see <see cref="TerminalCharacter"/>.</summary>
    public fixed byte Characters[CharacterCount];

    /// <summary>c_ispeed, baud.</summary>
    public uint InputSpeed;

    /// <summary>c_ospeed, baud.</summary>
    public uint OutputSpeed;

    /// <summary>What a terminal has before anybody changes it: a new pseudo-terminal's settings.</summary>
    public static TerminalSettings Default
    {
        get
        {
            const uint Speed38400 = 0xf, EightBits = 0x30, Receiver = 0x80;
            TerminalSettings settings = new()
            {
                Input = TerminalInput.ReturnToNewline | TerminalInput.FlowControl,
                Output = TerminalOutput.Process | TerminalOutput.NewlineToReturnNewline,
                Control = Speed38400 | EightBits | Receiver,
                Local = TerminalLocal.Signals | TerminalLocal.Canonical | TerminalLocal.Echo | TerminalLocal.EchoErase
                    | TerminalLocal.EchoKill | TerminalLocal.EchoControl | TerminalLocal.EchoKillErase | TerminalLocal.Extended,
                InputSpeed = 38400,
                OutputSpeed = 38400,
            };
            settings.Characters[TerminalCharacter.Interrupt] = 3;
            settings.Characters[TerminalCharacter.Quit] = 28;
            settings.Characters[TerminalCharacter.Erase] = 127;
            settings.Characters[TerminalCharacter.Kill] = 21;
            settings.Characters[TerminalCharacter.EndOfFile] = 4;
            settings.Characters[TerminalCharacter.Minimum] = 1;
            settings.Characters[TerminalCharacter.Start] = 17;
            settings.Characters[TerminalCharacter.Stop] = 19;
            settings.Characters[TerminalCharacter.Suspend] = 26;
            settings.Characters[TerminalCharacter.Reprint] = 18;
            settings.Characters[TerminalCharacter.Discard] = 15;
            settings.Characters[TerminalCharacter.WordErase] = 23;
            settings.Characters[TerminalCharacter.LiteralNext] = 22;
            return settings;
        }
    }
}
