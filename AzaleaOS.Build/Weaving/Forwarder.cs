using System.Text;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace AzaleaOS.Build.Weaving;

/// <summary>Turns target methods into forwarders: load the arguments, call the plug, return.</summary>
/// <remarks>
/// The plug's own code stays where it is, so it keeps its lines, and editing it does not ask for
/// another weaving. The forwarder is inlined by ilc.
/// </remarks>
internal sealed class Forwarder(ModuleDefinition module, AssemblySet assemblies)
{
    private const string NamesType = "<AzaleaOSTargetMembers>";
    private readonly Dictionary<string, FieldDefinition> _names = [];
    private TypeDefinition? _namesType;

    /// <summary>Gives the target its new body.</summary>
    internal void Write(Replacement replacement)
    {
        MethodDefinition target = replacement.Target;
        MakeOrdinary(target);

        var body = new MethodBody(target);
        target.Body = body;
        ILProcessor il = body.GetILProcessor();
        int argument = 0;
        foreach (ParameterDefinition parameter in replacement.Plug.Method.Parameters)
        {
            if (replacement.Fields.TryGetValue(parameter, out FieldDefinition? field))
                LoadFieldAddress(il, target, field);
            else if (PlugAttributes.Find(parameter, "TargetMember") is not null)
                LoadName(il, target);
            else
                LoadArgument(il, target, argument++);
        }
        MethodReference plug = Import(replacement.Plug.Method, target);
        il.Emit(OpCodes.Call, plug);

        bool returnsNothing = plug.ReturnType.FullName == "System.Void";
        if (DoesNotReturn(target) || replacement.Plug.DoesNotReturn)
        {
            // Without a "ret" the compiler knows that the call does not come back (and never asks for a result).
            if (!returnsNothing)
                il.Emit(OpCodes.Pop);
            Instruction self = il.Create(OpCodes.Nop);
            il.Append(self);
            il.Emit(OpCodes.Br_S, self);
        }
        else
        {
            il.Emit(OpCodes.Ret);
        }
    }

    private static bool DoesNotReturn(MethodDefinition method) => method.CustomAttributes.Any(attribute
        => attribute.AttributeType.FullName == "System.Diagnostics.CodeAnalysis.DoesNotReturnAttribute");

    // Whatever the method was (extern, intrinsic, import), it is plain IL now, and has no lines of its own.
    private static void MakeOrdinary(MethodDefinition method)
    {
        method.PInvokeInfo = null;
        method.IsPInvokeImpl = false; // after PInvokeInfo, whose setter sets it whatever the value
        method.ImplAttributes = MethodImplAttributes.IL | MethodImplAttributes.Managed | MethodImplAttributes.AggressiveInlining;
        for (int i = method.CustomAttributes.Count - 1; i >= 0; i--)
        {
            if (method.CustomAttributes[i].AttributeType.Name is "RuntimeImportAttribute" or "IntrinsicAttribute"
                or "AsyncStateMachineAttribute" or "IteratorStateMachineAttribute" or "AsyncIteratorStateMachineAttribute")
            {
                method.CustomAttributes.RemoveAt(i);
            }
        }

        MethodDebugInformation debug = method.DebugInformation;
        debug.SequencePoints.Clear();
        debug.Scope = null;
        debug.StateMachineKickOffMethod = null;
        debug.CustomDebugInformations.Clear();
        method.CustomDebugInformations.Clear();
    }

    private static void LoadArgument(ILProcessor il, MethodDefinition target, int index)
    {
        switch (index)
        {
            case 0: il.Emit(OpCodes.Ldarg_0); break;
            case 1: il.Emit(OpCodes.Ldarg_1); break;
            case 2: il.Emit(OpCodes.Ldarg_2); break;
            case 3: il.Emit(OpCodes.Ldarg_3); break;
            default:
                il.Emit(index < 256 ? OpCodes.Ldarg_S : OpCodes.Ldarg, target.Parameters[index - (target.HasThis ? 1 : 0)]);
                break;
        }
    }

    private static void LoadFieldAddress(ILProcessor il, MethodDefinition target, FieldDefinition field)
    {
        FieldReference reference = field;
        if (field.DeclaringType.HasGenericParameters && field.DeclaringType == target.DeclaringType)
            reference = new FieldReference(field.Name, field.FieldType, Instantiate(field.DeclaringType, field.DeclaringType.GenericParameters));
        if (field.IsStatic)
        {
            il.Emit(OpCodes.Ldsflda, reference);
            return;
        }
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldflda, reference);
    }

    private void LoadName(ILProcessor il, MethodDefinition target)
    {
        byte[] name = Encoding.UTF8.GetBytes($"{target.DeclaringType.FullName.Replace('/', '.')}.{target.Name}");
        il.Emit(OpCodes.Ldsflda, NameField(name));
        il.Emit(OpCodes.Ldc_I4, name.Length);
        il.Emit(OpCodes.Newobj, SpanConstructor());
    }

    // The bytes are data of the assembly, as C# stores u8 literals.
    private FieldDefinition NameField(byte[] name)
    {
        string text = Encoding.UTF8.GetString(name);
        if (_names.TryGetValue(text, out FieldDefinition? field))
            return field;
        if (_namesType is null)
        {
            _namesType = new TypeDefinition("", NamesType,
                TypeAttributes.NotPublic | TypeAttributes.Abstract | TypeAttributes.Sealed, module.TypeSystem.Object);
            module.Types.Add(_namesType);
        }
        string blobName = $"Bytes{name.Length}";
        TypeDefinition? blob = _namesType.NestedTypes.FirstOrDefault(type => type.Name == blobName);
        if (blob is null)
        {
            blob = new TypeDefinition("", blobName,
                TypeAttributes.NestedAssembly | TypeAttributes.ExplicitLayout | TypeAttributes.Sealed, ImportType("System.ValueType"))
            {
                ClassSize = name.Length,
                PackingSize = 1,
            };
            _namesType.NestedTypes.Add(blob);
        }
        field = new FieldDefinition(text, FieldAttributes.Assembly | FieldAttributes.Static | FieldAttributes.InitOnly | FieldAttributes.HasFieldRVA, blob)
        {
            InitialValue = name,
        };
        _namesType.Fields.Add(field);
        _names.Add(text, field);
        return field;
    }

    private MethodReference SpanConstructor()
    {
        TypeReference span = ImportType("System.ReadOnlySpan`1");
        var bytes = new GenericInstanceType(span) { GenericArguments = { module.TypeSystem.Byte } };
        return new MethodReference(".ctor", module.TypeSystem.Void, bytes)
        {
            HasThis = true,
            Parameters =
            {
                new ParameterDefinition(new PointerType(module.TypeSystem.Void)),
                new ParameterDefinition(module.TypeSystem.Int32),
            },
        };
    }

    private TypeReference ImportType(string fullName)
    {
        string core = module.TypeSystem.CoreLibrary.Name;
        TypeDefinition type = module.GetType(fullName)
            ?? assemblies.FindType(core, fullName)
            ?? throw new InvalidOperationException($"{core} has no {fullName}");
        return module.ImportReference(type);
    }

    // A reference to the plug whose signature speaks of this module's own types where it defines them:
    // a type reference that leads back to its own module is not valid metadata.
    private MethodReference Import(MethodDefinition plug, MethodDefinition target)
    {
        GenericParameter[] arguments = [.. target.DeclaringType.GenericParameters, .. target.GenericParameters];
        int onClass = plug.DeclaringType.GenericParameters.Count;

        TypeReference declaring = module.ImportReference(plug.DeclaringType);
        if (onClass > 0)
            declaring = Instantiate(declaring, arguments[..onClass]);
        var reference = new MethodReference(plug.Name, module.TypeSystem.Void, declaring);
        foreach (GenericParameter parameter in plug.GenericParameters)
            reference.GenericParameters.Add(new GenericParameter(parameter.Name, reference));

        TypeReference elementType = module.ImportReference(plug.DeclaringType);
        reference.ReturnType = Convert(plug.ReturnType, reference, elementType);
        foreach (ParameterDefinition parameter in plug.Parameters)
            reference.Parameters.Add(new ParameterDefinition(Convert(parameter.ParameterType, reference, elementType)));
        if (!plug.HasGenericParameters)
            return reference;

        var instance = new GenericInstanceMethod(reference);
        foreach (GenericParameter argument in arguments[onClass..])
            instance.GenericArguments.Add(argument);
        return instance;
    }

    private TypeReference Convert(TypeReference type, MethodReference method, TypeReference declaring)
    {
        switch (type)
        {
            case GenericParameter { Owner: MethodReference } parameter:
                return method.GenericParameters[parameter.Position];
            case GenericParameter parameter:
                while (declaring.GenericParameters.Count <= parameter.Position)
                    declaring.GenericParameters.Add(new GenericParameter(declaring));
                return declaring.GenericParameters[parameter.Position];
            case ByReferenceType reference:
                return new ByReferenceType(Convert(reference.ElementType, method, declaring));
            case PointerType pointer:
                return new PointerType(Convert(pointer.ElementType, method, declaring));
            case ArrayType { IsVector: true } array:
                return new ArrayType(Convert(array.ElementType, method, declaring));
            case ArrayType array:
                return new ArrayType(Convert(array.ElementType, method, declaring), array.Rank);
            case RequiredModifierType modified:
                return new RequiredModifierType(
                    Convert(modified.ModifierType, method, declaring), Convert(modified.ElementType, method, declaring));
            case OptionalModifierType modified:
                return new OptionalModifierType(
                    Convert(modified.ModifierType, method, declaring), Convert(modified.ElementType, method, declaring));
            case GenericInstanceType instance:
                return Instantiate(
                    Convert(instance.ElementType, method, declaring),
                    instance.GenericArguments.Select(argument => Convert(argument, method, declaring)));
            case FunctionPointerType function:
                var copy = new FunctionPointerType
                {
                    CallingConvention = function.CallingConvention,
                    HasThis = function.HasThis,
                    ExplicitThis = function.ExplicitThis,
                    ReturnType = Convert(function.ReturnType, method, declaring),
                };
                foreach (ParameterDefinition parameter in function.Parameters)
                    copy.Parameters.Add(new ParameterDefinition(Convert(parameter.ParameterType, method, declaring)));
                return copy;
            default:
                return Named(type);
        }
    }

    private TypeReference Named(TypeReference type)
    {
        TypeDefinition? definition = assemblies.FindType(ScopeName(type), type.FullName);
        return definition?.Module == module ? definition : module.ImportReference(type);
    }

    private static string ScopeName(TypeReference type) => type.Scope switch
    {
        AssemblyNameReference assembly => assembly.Name,
        ModuleDefinition defining => defining.Assembly.Name.Name,
        _ => type.Module.Assembly.Name.Name,
    };

    private static GenericInstanceType Instantiate(TypeReference type, IEnumerable<TypeReference> arguments)
    {
        var instance = new GenericInstanceType(type);
        foreach (TypeReference argument in arguments)
            instance.GenericArguments.Add(argument);
        return instance;
    }
}
