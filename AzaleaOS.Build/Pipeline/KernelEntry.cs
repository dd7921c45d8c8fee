using AzaleaOS.Build.Diagnostics;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace AzaleaOS.Build.Pipeline;

/// <summary>
/// Finds the kernel class of an image and writes the small assembly that starts it.
/// </summary>
/// <remarks>
/// What is written is, in C#:
/// <code>
/// internal static class KernelEntry
/// {
///     private static readonly MyKernel s_kernel = new();
///     [RuntimeExport("azalea_kernel_start")]
///     private static void Start(uint protocol, ulong info) => s_kernel.Start(protocol, info);
/// }
/// </code>
/// It is an assembly of its own, made after the project's: the class is found by its base class, not by
/// the spelling of the source, and the project's debug information stays untouched. The compiler runs
/// the static constructor at build time, so the kernel object lies ready in the data section.
/// </remarks>
public static class KernelEntry
{
    /// <summary>The symbol that the boot entries call: (protocol, physical address of the boot information).</summary>
    public const string Symbol = "azalea_kernel_start";

    private const string BaseClass = "AzaleaOS.Kernel";

    /// <summary>Writes the entry assembly of an image.</summary>
    /// <param name="imageAssembly">The project's assembly.</param>
    /// <param name="kernelAssembly">AzaleaOS.dll.</param>
    /// <param name="abiAssembly">AzaleaOS.Abi.dll, which declares the export attribute.</param>
    /// <param name="kernelClass">Full name of the class, or null for the only one.</param>
    /// <param name="output">The assembly to write.</param>
    /// <exception cref="BuildException">AZ1901 to AZ1904: there is no such class, more than one, or it cannot be made.</exception>
    public static void Write(string imageAssembly, string kernelAssembly, string abiAssembly, string? kernelClass, string output)
    {
        using ModuleDefinition kernel = ModuleDefinition.ReadModule(kernelAssembly);
        using ModuleDefinition abi = ModuleDefinition.ReadModule(abiAssembly);
        using ModuleDefinition image = ReadWithSymbols(imageAssembly);

        TypeDefinition type = Find(image, kernelClass, imageAssembly);
        MethodDefinition constructor = type.GetConstructors().SingleOrDefault(method => !method.IsStatic && method.Parameters.Count == 0)
            ?? throw ErrorAt(type, "AZ1903", $"kernel class {type.FullName} needs a constructor without parameters");
        MethodDefinition start = kernel.GetType(BaseClass)?.Methods.SingleOrDefault(IsStart)
            ?? throw new BuildException("AZ1904", $"{Path.GetFileName(kernelAssembly)} has no method {BaseClass}.Start(uint, ulong): it is not the AzaleaOS that this tool belongs to");
        MethodDefinition export = abi.GetType("System.Runtime.RuntimeExportAttribute").GetConstructors().Single();

        Emit(output, image, type, constructor, start, export);
    }

    private static void Emit(string output, ModuleDefinition image, TypeDefinition type, MethodDefinition constructor, MethodDefinition start, MethodDefinition export)
    {
        string name = image.Assembly.Name.Name + ".Entry";
        using AssemblyDefinition assembly = AssemblyDefinition.CreateAssembly(
            new AssemblyNameDefinition(name, image.Assembly.Name.Version), name, ModuleKind.Dll);
        ModuleDefinition module = assembly.MainModule;
        module.Mvid = image.Mvid;

        // The assembly must name the image's own System.Runtime, not the one of the process that builds.
        TypeReference systemObject = image.TypeSystem.Object;
        TypeDefinition entry = new("AzaleaOS", "KernelEntry",
            TypeAttributes.NotPublic | TypeAttributes.Abstract | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit,
            module.ImportReference(systemObject));
        FieldDefinition field = new("s_kernel", FieldAttributes.Private | FieldAttributes.Static | FieldAttributes.InitOnly, module.ImportReference(type));
        entry.Fields.Add(field);
        TypeReference none = module.ImportReference(image.TypeSystem.Void);

        MethodDefinition initialise = new(".cctor",
            MethodAttributes.Private | MethodAttributes.Static | MethodAttributes.HideBySig | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName, none);
        ILProcessor il = initialise.Body.GetILProcessor();
        il.Emit(OpCodes.Newobj, module.ImportReference(constructor));
        il.Emit(OpCodes.Stsfld, field);
        il.Emit(OpCodes.Ret);
        entry.Methods.Add(initialise);

        MethodDefinition method = new("Start", MethodAttributes.Private | MethodAttributes.Static | MethodAttributes.HideBySig, none);
        method.Parameters.Add(new ParameterDefinition("protocol", ParameterAttributes.None, module.ImportReference(image.TypeSystem.UInt32)));
        method.Parameters.Add(new ParameterDefinition("info", ParameterAttributes.None, module.ImportReference(image.TypeSystem.UInt64)));
        il = method.Body.GetILProcessor();
        il.Emit(OpCodes.Ldsfld, field);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Callvirt, module.ImportReference(start));
        il.Emit(OpCodes.Ret);
        CustomAttribute attribute = new(module.ImportReference(export));
        attribute.ConstructorArguments.Add(new CustomAttributeArgument(module.ImportReference(image.TypeSystem.String), Symbol));
        method.CustomAttributes.Add(attribute);
        entry.Methods.Add(method);

        module.Types.Add(entry);
        assembly.Write(output, new WriterParameters { Timestamp = 0 });
    }

    private static TypeDefinition Find(ModuleDefinition image, string? kernelClass, string imageAssembly)
    {
        if (kernelClass is { Length: > 0 })
        {
            TypeDefinition named = image.GetTypes().FirstOrDefault(type => type.FullName == kernelClass)
                ?? throw new BuildException("AZ1901", $"{Path.GetFileName(imageAssembly)} has no class {kernelClass}: AzaleaKernelClass is the full name of the class, with its namespace");
            return IsKernel(named) ? named : throw ErrorAt(named, "AZ1901", $"{kernelClass} does not derive from {BaseClass}");
        }

        TypeDefinition[] found = [.. image.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false, HasGenericParameters: false } && IsKernel(type))];
        return found switch
        {
            [TypeDefinition only] => only,
            [] => throw new BuildException("AZ1901", $"{Path.GetFileName(imageAssembly)} has no class that derives from {BaseClass}: an image is a class like \"public class Kernel : {BaseClass}\" that overrides BeforeRun and Run"),
            _ => throw ErrorAt(found[1], "AZ1902", $"{string.Join(" and ", found.Select(type => type.FullName))} derive from {BaseClass}: set the property AzaleaKernelClass to one of them"),
        };
    }

    /// <summary>Follows the base classes inside the image's own assembly, down to the one outside.</summary>
    private static bool IsKernel(TypeDefinition type)
    {
        for (TypeReference? ancestor = type.BaseType; ancestor is not null; ancestor = (ancestor as TypeDefinition)?.BaseType)
        {
            if (ancestor.FullName == BaseClass)
                return true;
        }

        return false;
    }

    private static bool IsStart(MethodDefinition method) =>
        method is { Name: "Start", IsStatic: false, Parameters.Count: 2 }
        && method.Parameters[0].ParameterType.MetadataType == MetadataType.UInt32
        && method.Parameters[1].ParameterType.MetadataType == MetadataType.UInt64;

    private static ModuleDefinition ReadWithSymbols(string assembly) => ModuleDefinition.ReadModule(
        assembly, new ReaderParameters { ReadSymbols = File.Exists(Path.ChangeExtension(assembly, ".pdb")) });

    private static BuildException ErrorAt(TypeDefinition type, string code, string message)
    {
        SequencePoint? first = type.Methods
            .Where(method => method.DebugInformation.HasSequencePoints)
            .SelectMany(method => method.DebugInformation.SequencePoints)
            .FirstOrDefault(point => !point.IsHidden);
        return new BuildException(code, message, first?.Document.Url, first?.StartLine ?? 0);
    }
}
