using AzaleaOS.Abi;
using AzaleaOS.Build.Compilation;
using AzaleaOS.Build.Diagnostics;
using Mono.Cecil;

namespace AzaleaOS.Build.Weaving;

/// <summary>Gives each <c>[Syscall(n)]</c> method its symbol, and lists them for the generated table.</summary>
internal sealed class SyscallPass(AssemblySet assemblies, bool offload, List<BuildDiagnostic> errors)
{
    private const string SyscallAttribute = "AzaleaOS.Syscalls.SyscallAttribute";
    private const string OffloadedAttribute = "AzaleaOS.Syscalls.OffloadedSyscallAttribute";
    private const string ExportAttribute = "System.Runtime.RuntimeExportAttribute";

    /// <summary>Numbers above are free: the table would only grow.</summary>
    /// <remarks>Linux 6.1's last x86-64 number is 450; the range leaves room for later ones.</remarks>
    private const int LargestNumber = 1023;

    /// <summary>Calls of our own, which have a table of their own.</summary>
    private const int FirstOwn = AzaleaCall.First, LastOwn = FirstOwn + 255;

    private readonly SortedDictionary<int, SyscallEntry> _entries = [];

    /// <summary>The system calls found so far, by number.</summary>
    internal IReadOnlyList<SyscallEntry> Entries => [.. _entries.Values];

    /// <summary>Looks through one assembly.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="write">Add the symbols; otherwise only list.</param>
    internal void Run(AssemblyDefinition assembly, bool write)
    {
        ModuleDefinition module = assembly.MainModule;
        if (module.GetType(SyscallAttribute) is null && !module.TryGetTypeReference(SyscallAttribute, out _))
            return;
        // Those of the channel first: the others of the same numbers are then ordinary methods, which they may call.
        HashSet<int> replaced = offload ? [.. Run(module, OffloadedAttribute, [], write)] : [];
        Run(module, SyscallAttribute, replaced, write);
    }

    private List<int> Run(ModuleDefinition module, string attributeName, HashSet<int> without, bool write)
    {
        MethodReference? export = null;
        List<int> numbers = [];
        foreach (MethodDefinition method in module.GetTypes().SelectMany(type => type.Methods))
        {
            if (!method.HasCustomAttributes
                || method.CustomAttributes.FirstOrDefault(attribute => attribute.AttributeType.FullName == attributeName) is not { } syscall
                || Check(method, syscall) is not { } entry
                || without.Contains(entry.Number))
            {
                continue;
            }

            numbers.Add(entry.Number);
            if (!_entries.TryAdd(entry.Number, entry))
            {
                SyscallEntry first = _entries[entry.Number];
                Error(WeaverCodes.SyscallDuplicate, method,
                    $"system call {entry.Number} is answered by {first.Method} at {first.File}({first.Line}) as well");
                continue;
            }
            if (!write || Exported(method, entry.Symbol))
                continue;
            export ??= FindExport(module);
            method.CustomAttributes.Add(new CustomAttribute(export)
            {
                ConstructorArguments = { new CustomAttributeArgument(module.TypeSystem.String, entry.Symbol) },
            });
        }

        return numbers;
    }

    private SyscallEntry? Check(MethodDefinition method, CustomAttribute syscall)
    {
        int number = (int)syscall.ConstructorArguments[0].Value;
        bool leaf = Says("Leaf");
        int before = errors.Count;
        if (number is < 0 or > LargestNumber and < FirstOwn or > LastOwn)
            Error(WeaverCodes.SyscallNumber, method, $"the number {number} is not between 0 and {LargestNumber}, nor between {FirstOwn} and {LastOwn}");
        if (!method.IsStatic)
            Error(WeaverCodes.SyscallShape, method, "a system call is a static method");
        if (SignatureComparer.GenericCount(method) > 0)
            Error(WeaverCodes.SyscallShape, method, "a system call is not generic: it has one symbol");
        if (method.ReturnType.FullName != "System.Int64")
            Error(WeaverCodes.SyscallReturn, method, $"a system call returns long, the result or -errno; this one returns {SignatureText.Of(method.ReturnType)}");
        if (method.Parameters.Count > 6)
            Error(WeaverCodes.SyscallParameters, method, $"a system call has at most 6 parameters (rdi, rsi, rdx, r10, r8, r9); this one has {method.Parameters.Count}");
        foreach (ParameterDefinition parameter in method.Parameters)
        {
            if (!FitsGeneralRegister(parameter.ParameterType))
            {
                Error(WeaverCodes.SyscallParameterSize, method,
                    $"{SignatureText.Of(parameter)} {parameter.Name} does not fit a general register; pass a pointer or an integer of at most 8 bytes");
            }
        }
        if (errors.Count > before)
            return null;

        SourceLocation at = SourceLocation.Of(method);
        return new SyscallEntry(number, $"azalea_sys_{number}", $"{SignatureText.Of(method.DeclaringType)}.{method.Name}",
            method.Parameters.Count, leaf, at.File, at.Line, Says("SeesFrame"));

        bool Says(string name) => syscall.Properties.Any(property => property.Name == name && property.Argument.Value is true);
    }

    // Integers, pointers, and structures that the System V ABI passes like them (3.2.3): up to eight bytes, no floats.
    private static bool FitsGeneralRegister(TypeReference type)
    {
        if (type is PointerType or FunctionPointerType)
            return true;
        if (type is RequiredModifierType or OptionalModifierType)
            return FitsGeneralRegister(((TypeSpecification)type).ElementType);
        if (type is ByReferenceType or ArrayType or GenericParameter || !type.IsValueType)
            return false;
        return Size(type) is > 0 and <= 8;
    }

    // Size in bytes of a structure of integers; 0 for anything that does not travel in a general register.
    private static int Size(TypeReference type)
    {
        switch (type.MetadataType)
        {
            case MetadataType.Boolean or MetadataType.Byte or MetadataType.SByte:
                return 1;
            case MetadataType.Char or MetadataType.Int16 or MetadataType.UInt16:
                return 2;
            case MetadataType.Int32 or MetadataType.UInt32:
                return 4;
            case MetadataType.Int64 or MetadataType.UInt64 or MetadataType.IntPtr or MetadataType.UIntPtr
                or MetadataType.Pointer or MetadataType.FunctionPointer:
                return 8;
            case MetadataType.ValueType or MetadataType.GenericInstance:
                break;
            default:
                return 0;
        }
        if (type.Resolve() is not { } structure)
            return 0;
        int end = 0;
        int widest = 1;
        foreach (FieldDefinition field in structure.Fields.Where(field => !field.IsStatic))
        {
            TypeReference fieldType = field.FieldType is GenericParameter parameter && type is GenericInstanceType instance
                ? instance.GenericArguments[parameter.Position]
                : field.FieldType;
            int size = Size(fieldType);
            if (size == 0)
                return 0;
            int offset = structure.IsExplicitLayout ? field.Offset : (end + size - 1) / size * size;
            end = Math.Max(end, offset + size);
            widest = Math.Max(widest, size);
        }
        return Math.Max(structure.ClassSize, (end + widest - 1) / widest * widest);
    }

    private bool Exported(MethodDefinition method, string symbol)
    {
        CustomAttribute? export = method.CustomAttributes.FirstOrDefault(attribute => attribute.AttributeType.FullName == ExportAttribute);
        if (export is null)
            return false;
        if (!symbol.Equals(export.ConstructorArguments[0].Value))
            Error(WeaverCodes.SyscallShape, method, $"the weaver gives a system call its symbol, {symbol}: take [RuntimeExport] away");
        return true;
    }

    // ilc knows the attribute by its name, so any copy does: the kernel's own, or AzaleaOS.Abi's.
    private MethodReference FindExport(ModuleDefinition module)
    {
        TypeDefinition type = module.GetType(ExportAttribute)
            ?? assemblies.FindType("AzaleaOS.Abi", ExportAttribute)
            ?? throw new BuildException(WeaverCodes.Assembly,
                $"{module.Assembly.Name.Name} has system calls; give AzaleaOS.Abi.dll, which defines [RuntimeExport], as a reference");
        return module.ImportReference(type.Methods.Single(method => method.IsConstructor && method.Parameters.Count == 1));
    }

    private void Error(string code, MethodDefinition method, string message)
    {
        SourceLocation at = SourceLocation.Of(method);
        errors.Add(new BuildDiagnostic(code, $"{SignatureText.Of(method)}: {message}", at.File, at.Line));
    }
}
