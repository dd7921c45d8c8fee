using AzaleaOS.Build.Elf;

namespace AzaleaOS.Build.Assembler;

/// <summary>Writes call frames as <c>.eh_frame</c>, which debuggers, linkers and the kernel's symbol table read.</summary>
/// <remarks>Source: Linux Standard Base 5.0 core, 10.6; DWARF 4, 6.4.</remarks>
internal sealed class EhFrameWriter(ElfObjectSection section)
{
    // Pointers are 4 bytes, relative to themselves (DW_EH_PE_pcrel | DW_EH_PE_sdata4).
    private const byte PointerEncoding = 0x1b;
    private const int DataAlignment = -8;

    private const byte AdvanceLoc = 0x40;
    private const byte AdvanceLoc1 = 0x02;
    private const byte AdvanceLoc2 = 0x03;
    private const byte AdvanceLoc4 = 0x04;
    private const byte OffsetRule = 0x80;
    private const byte OffsetExtendedSf = 0x11;
    private const byte RestoreRule = 0xc0;
    private const byte UndefinedRule = 0x07;
    private const byte RegisterRule = 0x09;
    private const byte DefCfa = 0x0c;
    private const byte DefCfaRegister = 0x0d;
    private const byte DefCfaOffset = 0x0e;

    private long _functionCie = -1;
    private long _signalCie = -1;

    /// <summary>Adds the frames of a stretch of code at an offset of a symbol.</summary>
    internal void Add(FrameTable table, ElfObjectSymbol symbol)
    {
        section.Align(8);
        long cie = table.IsSignalFrame
            ? _signalCie = CieAt(_signalCie, "zRS\0"u8)
            : _functionCie = CieAt(_functionCie, "zR\0"u8);

        long start = section.Size;
        var body = new List<byte>();
        AddUInt32(body, (uint)(start + 4 - cie));
        AddUInt32(body, 0); // first byte: relocated below
        AddUInt32(body, (uint)table.Length);
        body.Add(0); // no augmentation data
        AddRows(body, table.Rows);
        AppendRecord(body);
        section.Relocate(start + 8, ElfRelocationType.PcRelative32, symbol, table.Start);
    }

    private long CieAt(long known, ReadOnlySpan<byte> augmentation)
    {
        if (known >= 0)
            return known;

        long start = section.Size;
        var body = new List<byte>();
        AddUInt32(body, 0); // marks a CIE
        body.Add(1); // version
        body.AddRange(augmentation);
        AddUnsigned(body, 1); // code alignment
        AddSigned(body, DataAlignment);
        body.Add(FrameState.ReturnAddress);
        AddUnsigned(body, 1); // augmentation data: one byte
        body.Add(PointerEncoding);
        var initial = new FrameState();
        body.Add(DefCfa);
        AddUnsigned(body, (ulong)initial.CfaRegister);
        AddUnsigned(body, (ulong)initial.CfaOffset);
        foreach ((int register, FrameRule rule) in initial.Rules)
            AddRule(body, register, rule);
        AppendRecord(body);
        return start;
    }

    private void AppendRecord(List<byte> body)
    {
        const int LengthField = 4;
        const byte Nop = 0;
        while ((body.Count + LengthField) % 8 != 0)
            body.Add(Nop);
        section.Append((uint)body.Count);
        section.Append(body.ToArray());
    }

    private static void AddRows(List<byte> body, IReadOnlyList<(int Offset, FrameState State)> rows)
    {
        var last = new FrameState();
        int lastOffset = 0;
        foreach ((int offset, FrameState state) in rows)
        {
            if (state.SameAs(last))
                continue;
            AddAdvance(body, offset - lastOffset);
            lastOffset = offset;
            AddDifference(body, last, state);
            last = state;
        }
    }

    private static void AddDifference(List<byte> body, FrameState from, FrameState to)
    {
        if (from.CfaRegister != to.CfaRegister && from.CfaOffset != to.CfaOffset)
        {
            body.Add(DefCfa);
            AddUnsigned(body, (ulong)to.CfaRegister);
            AddUnsigned(body, (ulong)to.CfaOffset);
        }
        else if (from.CfaRegister != to.CfaRegister)
        {
            body.Add(DefCfaRegister);
            AddUnsigned(body, (ulong)to.CfaRegister);
        }
        else if (from.CfaOffset != to.CfaOffset)
        {
            body.Add(DefCfaOffset);
            AddUnsigned(body, (ulong)to.CfaOffset);
        }

        foreach (int register in from.Rules.Keys.Where(r => !to.Rules.ContainsKey(r)))
            body.Add((byte)(RestoreRule | register));
        foreach ((int register, FrameRule rule) in to.Rules)
        {
            if (!from.Rules.TryGetValue(register, out FrameRule old) || old != rule)
                AddRule(body, register, rule);
        }
    }

    private static void AddRule(List<byte> body, int register, FrameRule rule)
    {
        switch (rule.Kind)
        {
            case FrameRuleKind.Offset when rule.Value <= 0:
                body.Add((byte)(OffsetRule | register));
                AddUnsigned(body, (ulong)(rule.Value / DataAlignment));
                break;
            case FrameRuleKind.Offset:
                body.Add(OffsetExtendedSf);
                AddUnsigned(body, (ulong)register);
                AddSigned(body, rule.Value / DataAlignment);
                break;
            case FrameRuleKind.Register:
                body.Add(RegisterRule);
                AddUnsigned(body, (ulong)register);
                AddUnsigned(body, (ulong)rule.Value);
                break;
            default:
                body.Add(UndefinedRule);
                AddUnsigned(body, (ulong)register);
                break;
        }
    }

    private static void AddAdvance(List<byte> body, int bytes)
    {
        switch (bytes)
        {
            case 0:
                break;
            case < 0x40:
                body.Add((byte)(AdvanceLoc | bytes));
                break;
            case <= byte.MaxValue:
                body.Add(AdvanceLoc1);
                body.Add((byte)bytes);
                break;
            case <= ushort.MaxValue:
                body.Add(AdvanceLoc2);
                body.Add((byte)bytes);
                body.Add((byte)(bytes >> 8));
                break;
            default:
                body.Add(AdvanceLoc4);
                AddUInt32(body, (uint)bytes);
                break;
        }
    }

    private static void AddUInt32(List<byte> body, uint value)
    {
        for (int shift = 0; shift < 32; shift += 8)
            body.Add((byte)(value >> shift));
    }

    // DWARF 4, 7.6: LEB128.
    private static void AddUnsigned(List<byte> body, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            body.Add((byte)(value | 0x80));
        body.Add((byte)value);
    }

    private static void AddSigned(List<byte> body, long value)
    {
        while (value is < -0x40 or >= 0x40)
        {
            body.Add((byte)((value & 0x7f) | 0x80));
            value >>= 7;
        }

        body.Add((byte)(value & 0x7f));
    }
}
