using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Assembler;

/// <summary>Offsets and sizes of the kernel's own structs, for assembler methods: never a number by hand.</summary>
public static class Offset
{
    private delegate nint Measure();

    /// <summary>Bytes from the start of <typeparamref name="T"/> to a field.</summary>
    /// <exception cref="BuildException">AZ3009: there is no such field.</exception>
    public static int Of<T>(string field)
        where T : unmanaged
    {
        const BindingFlags AnyInstance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        FieldInfo info = typeof(T).GetField(field, AnyInstance)
            ?? throw new BuildException("AZ3009", $"{typeof(T)} has no field {field}");

        // The layout that the runtime really uses, not the marshaller's.
        var method = new DynamicMethod("Offset", typeof(nint), [], typeof(T).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        LocalBuilder local = il.DeclareLocal(typeof(T));
        il.Emit(OpCodes.Ldloca, local);
        il.Emit(OpCodes.Ldflda, info);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Ldloca, local);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Ret);
        return (int)method.CreateDelegate<Measure>()();
    }

    /// <summary>The size of <typeparamref name="T"/> in bytes.</summary>
    public static int SizeOf<T>()
        where T : unmanaged
        => Unsafe.SizeOf<T>();
}
