using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Elf;

/// <summary>How to find a function's caller at every instruction: the call frame information in .eh_frame.</summary>
/// <remarks>
/// Sources: DWARF 5, section 6.4; Linux Standard Base 5.0, 10.6 (.eh_frame); System V ABI for AMD64, 3.6.2 (register numbers).
/// </remarks>
public sealed class CallFrameTable
{
    private const int Rbp = 6;
    private const int Rsp = 7;
    private const int Rip = 16;

    private readonly List<CallFrameRow> _rows = [];

    private CallFrameTable()
    {
    }

    /// <summary>The rows by address. A row holds until the next one.</summary>
    public IReadOnlyList<CallFrameRow> Rows => _rows;

    /// <summary>Reads the tables of all files of an image.</summary>
    /// <exception cref="BuildException">AZ5004: a table is malformed.</exception>
    public static CallFrameTable Read(ElfImage image)
    {
        var table = new CallFrameTable();
        var frames = new List<(ulong Begin, ulong End, List<CallFrameRow> Rows)>();
        foreach (ElfImageSection section in image.Sections.Where(s => s.Section.Name == ".eh_frame"))
        {
            try
            {
                ReadSection(section, frames);
            }
            catch (InvalidDataException e)
            {
                throw section.File.Malformed($".eh_frame: {e.Message}");
            }
        }

        ulong end = 0;
        foreach (var frame in frames.OrderBy(f => f.Begin))
        {
            if (frame.End <= frame.Begin || frame.Begin < end)
                continue;
            if (table._rows.Count > 0 && end < frame.Begin)
                table._rows.Add(CallFrameRow.Unknown(end));
            table._rows.AddRange(frame.Rows.Where(r => r.Address < frame.End));
            end = frame.End;
        }

        if (table._rows.Count > 0)
            table._rows.Add(CallFrameRow.Unknown(end));
        return table;
    }

    /// <summary>The rows that hold in a range: the one that reaches into it, moved to its start, and those that begin in it.</summary>
    public IEnumerable<CallFrameRow> Within(ulong begin, ulong end)
    {
        int at = IndexAt(begin);
        if (at >= 0)
            yield return _rows[at] with { Address = begin };
        for (at++; at < _rows.Count && _rows[at].Address < end; at++)
            yield return _rows[at];
    }

    /// <summary>The row an address belongs to, or null.</summary>
    public CallFrameRow? Find(ulong address)
    {
        int found = IndexAt(address);
        return found >= 0 && _rows[found].Base != CallFrameBase.Unknown ? _rows[found] : null;
    }

    /// <summary>The last row at or below an address; -1 for none.</summary>
    private int IndexAt(ulong address) => AddressOrder.LastAtOrBelow(_rows, row => row.Address, address);

    private static void ReadSection(ElfImageSection section, List<(ulong, ulong, List<CallFrameRow>)> frames)
    {
        var commons = new Dictionary<int, Common>();
        var reader = new ByteReader(section.Bytes);
        while (reader.Left >= 4)
        {
            int start = reader.Position;
            ulong length = reader.U32();
            if (length == 0)
                continue;
            if (length == 0xffffffff)
                length = reader.U64();
            int bodyStart = reader.Position;
            var entry = new ByteReader(reader.Take(length));
            uint id = entry.U32();
            if (id == 0)
            {
                commons[start] = ReadCommon(ref entry);
                continue;
            }

            int commonAt = bodyStart - (int)Math.Min(id, int.MaxValue);
            if (!commons.TryGetValue(commonAt, out Common? common))
                throw new InvalidDataException("a frame description without its common part");
            ulong begin = ReadPointer(ref entry, common.PointerEncoding, section.Address + (ulong)bodyStart);
            ulong size = ReadPointer(ref entry, common.PointerEncoding & 0x0f, 0);
            if (common.HasAugmentationData)
                entry.Take(entry.Uleb());
            var program = new Program(common, begin);
            program.Run(common.Instructions, initial: true);
            program.Run(entry.Take((ulong)entry.Left), initial: false);
            frames.Add((begin, begin + size, program.Rows));
        }
    }

    private static Common ReadCommon(ref ByteReader entry)
    {
        int version = entry.U8();
        if (version is not (1 or 3 or 4))
            throw new InvalidDataException($"version {version} is not known");
        string augmentation = entry.Text();
        if (version == 4)
            entry.U16();
        ulong codeFactor = entry.Uleb();
        long dataFactor = entry.Sleb();
        ulong returnRegister = version == 1 ? entry.U8() : entry.Uleb();
        if (returnRegister != Rip)
            throw new InvalidDataException($"the return address is in register {returnRegister}");
        int encoding = 0;
        bool isSignal = false;
        bool hasData = augmentation.StartsWith('z');
        if (hasData)
        {
            var data = new ByteReader(entry.Take(entry.Uleb()));
            foreach (char c in augmentation.AsSpan(1))
            {
                switch (c)
                {
                    case 'R': encoding = data.U8(); break;
                    case 'L': data.U8(); break;
                    case 'P': ReadPointer(ref data, data.U8() & 0x7f, 0); break;
                    case 'S': isSignal = true; break;
                    default: throw new InvalidDataException($"augmentation {augmentation} is not known");
                }
            }
        }
        else if (augmentation.Length > 0)
        {
            throw new InvalidDataException($"augmentation {augmentation} is not known");
        }

        return new Common(codeFactor, dataFactor, encoding, isSignal, hasData, entry.Take((ulong)entry.Left).ToArray());
    }

    // LSB 5.0, 10.5.1.
    private static ulong ReadPointer(ref ByteReader reader, int encoding, ulong sectionAddress)
    {
        ulong place = sectionAddress + (ulong)reader.Position;
        ulong value = (encoding & 0x0f) switch
        {
            0x00 or 0x04 or 0x0c => reader.U64(),
            0x01 => reader.Uleb(),
            0x02 => reader.U16(),
            0x03 => reader.U32(),
            0x09 => (ulong)reader.Sleb(),
            0x0a => (ulong)(short)reader.U16(),
            0x0b => (ulong)(int)reader.U32(),
            _ => throw new InvalidDataException($"pointer encoding 0x{encoding:x} is not known"),
        };
        return (encoding & 0x70) switch
        {
            0x00 => value,
            0x10 => value + place,
            _ => throw new InvalidDataException($"pointer encoding 0x{encoding:x} is not known"),
        };
    }

    private sealed record Common(
        ulong CodeFactor, long DataFactor, int PointerEncoding, bool IsSignal, bool HasAugmentationData, byte[] Instructions);

    /// <summary>Where a register of the caller is.</summary>
    private readonly record struct Rule(RuleKind Kind, long Offset)
    {
        internal static readonly Rule Same = new(RuleKind.Same, 0);
    }

    private enum RuleKind
    {
        Same,
        AtOffset,
        Undefined,
        Other,
    }

    private struct Registers
    {
        internal CallFrameBase Base;
        internal long BaseOffset;
        internal Rule Rbp;
        internal Rule Rsp;
        internal Rule Rip;
    }

    /// <summary>Runs call frame instructions. Only rsp, rbp and rip are followed.</summary>
    private sealed class Program(Common common, ulong begin)
    {
        private readonly Stack<Registers> _stack = [];
        private Registers _now;
        private Registers _initial;
        private ulong _address = begin;

        internal List<CallFrameRow> Rows { get; } = [];

        internal void Run(ReadOnlySpan<byte> instructions, bool initial)
        {
            var reader = new ByteReader(instructions);
            while (!reader.AtEnd)
                Step(ref reader);
            if (initial)
                _initial = _now;
            else
                Emit();
        }

        private void Step(ref ByteReader reader)
        {
            int opcode = reader.U8();
            int low = opcode & 0x3f;
            switch (opcode >> 6)
            {
                case 1: Advance((ulong)low); return;
                case 2: Set(low, new Rule(RuleKind.AtOffset, (long)reader.Uleb() * common.DataFactor)); return;
                case 3: Set(low, Initial(low)); return;
            }

            switch (opcode)
            {
                case 0x00: break;
                case 0x01: Emit(); _address = reader.U64(); break;
                case 0x02: Advance(reader.U8()); break;
                case 0x03: Advance(reader.U16()); break;
                case 0x04: Advance(reader.U32()); break;
                case 0x05: Set(reader.SmallUleb(), new Rule(RuleKind.AtOffset, (long)reader.Uleb() * common.DataFactor)); break;
                case 0x06: int restored = reader.SmallUleb(); Set(restored, Initial(restored)); break;
                case 0x07: Set(reader.SmallUleb(), new Rule(RuleKind.Undefined, 0)); break;
                case 0x08: Set(reader.SmallUleb(), Rule.Same); break;
                case 0x09: int moved = reader.SmallUleb(); reader.Uleb(); Set(moved, new Rule(RuleKind.Other, 0)); break;
                case 0x0a: _stack.Push(_now); break;
                case 0x0b: _now = _stack.TryPop(out Registers before) ? before : throw new InvalidDataException("a state is restored that was not remembered"); break;
                case 0x0c: DefineBase(reader.SmallUleb(), (long)reader.Uleb()); break;
                case 0x0d: DefineBase(reader.SmallUleb(), _now.BaseOffset); break;
                case 0x0e: _now.BaseOffset = (long)reader.Uleb(); break;
                case 0x0f: reader.Take(reader.Uleb()); _now.Base = CallFrameBase.Unknown; break;
                case 0x10 or 0x16: int computed = reader.SmallUleb(); reader.Take(reader.Uleb()); Set(computed, new Rule(RuleKind.Other, 0)); break;
                case 0x11: Set(reader.SmallUleb(), new Rule(RuleKind.AtOffset, reader.Sleb() * common.DataFactor)); break;
                case 0x12: DefineBase(reader.SmallUleb(), reader.Sleb() * common.DataFactor); break;
                case 0x13: _now.BaseOffset = reader.Sleb() * common.DataFactor; break;
                case 0x14: Set(reader.SmallUleb(), new Rule(RuleKind.Other, 0)); reader.Uleb(); break;
                case 0x15: Set(reader.SmallUleb(), new Rule(RuleKind.Other, 0)); reader.Sleb(); break;
                case 0x2e: reader.Uleb(); break;
                default: throw new InvalidDataException($"call frame instruction 0x{opcode:x} is not known");
            }
        }

        private void Advance(ulong delta)
        {
            Emit();
            _address += delta * common.CodeFactor;
        }

        private void Emit()
        {
            CallFrameBase frameBase = _now.Base;
            if (_now.Rip.Kind is RuleKind.Undefined)
                frameBase = CallFrameBase.Outermost;
            else if (_now.Rip.Kind != RuleKind.AtOffset || _now.Rsp.Kind is RuleKind.Other or RuleKind.Undefined)
                frameBase = CallFrameBase.Unknown;
            var row = new CallFrameRow(
                _address,
                frameBase,
                _now.BaseOffset,
                ReturnAddress: _now.Rip.Offset,
                SavedRbp: _now.Rbp.Kind == RuleKind.AtOffset ? _now.Rbp.Offset : null,
                SavedRsp: _now.Rsp.Kind == RuleKind.AtOffset ? _now.Rsp.Offset : null,
                common.IsSignal);
            if (Rows.Count > 0 && Rows[^1].Address == _address)
                Rows[^1] = row;
            else if (Rows.Count == 0 || Rows[^1] with { Address = _address } != row)
                Rows.Add(row);
        }

        private void DefineBase(int register, long offset)
        {
            _now.Base = register switch
            {
                Rsp => CallFrameBase.Rsp,
                Rbp => CallFrameBase.Rbp,
                _ => CallFrameBase.Unknown,
            };
            _now.BaseOffset = offset;
        }

        private void Set(int register, Rule rule)
        {
            switch (register)
            {
                case Rbp: _now.Rbp = rule; break;
                case Rsp: _now.Rsp = rule; break;
                case Rip: _now.Rip = rule; break;
            }
        }

        private Rule Initial(int register) => register switch
        {
            Rbp => _initial.Rbp,
            Rsp => _initial.Rsp,
            Rip => _initial.Rip,
            _ => Rule.Same,
        };
    }
}
