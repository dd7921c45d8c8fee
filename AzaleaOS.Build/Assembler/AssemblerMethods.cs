using System.Reflection;
using System.Runtime.Loader;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Plugs;

namespace AzaleaOS.Build.Assembler;

/// <summary>Runs the methods with <see cref="AssemblerMethodAttribute"/> or <see cref="VdsoMethodAttribute"/> of plug assemblies.</summary>
public static class AssemblerMethods
{
    private const BindingFlags AnyMethod =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Writes one object with the code of all assembler methods, in the order they are declared.</summary>
    /// <param name="plugAssemblies">Paths; what they reference is looked for beside them.</param>
    /// <param name="outputObject">The object's path.</param>
    /// <exception cref="BuildException">
    /// AZ3001: an assembly cannot be loaded. AZ3002: a method is not <c>static void X(KernelAssembler a)</c>.
    /// AZ3003 to AZ3009: a method cannot be assembled; the error names its file and line.
    /// </exception>
    public static void Emit(IEnumerable<string> plugAssemblies, string outputObject)
    {
        var output = new KernelObject();
        foreach (string path in plugAssemblies)
        {
            var context = new PlugContext(path);
            try
            {
                AddAll(context.Load(), path, output);
            }
            finally
            {
                context.Unload();
            }
        }

        output.Write(outputObject);
    }

    /// <summary>Adds the assembler methods of an assembly that is loaded already.</summary>
    internal static void AddAll(Assembly assembly, string path, KernelObject output)
    {
        Type[] types;
        try
        {
            types = assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            throw new BuildException("AZ3001", $"cannot load {path}: {e.LoaderExceptions.FirstOrDefault()?.Message ?? e.Message}");
        }

        var errors = new List<BuildDiagnostic>();
        var vdso = new Vdso();
        foreach (Type type in types.OrderBy(t => t.MetadataToken))
        {
            foreach (MethodInfo method in type.GetMethods(AnyMethod).OrderBy(m => m.MetadataToken))
            {
                try
                {
                    if (method.GetCustomAttribute<AssemblerMethodAttribute>() is { } assembler)
                        output.Add(assembler.Symbol, Emitter(method, assembler.Symbol), assembler.Bits, assembler.Alignment, assembler.Section);
                    if (method.GetCustomAttribute<VdsoMethodAttribute>() is { } function)
                        vdso.Add(function.Name, Emitter(method, function.Name), function.Slot);
                }
                catch (BuildException e)
                {
                    errors.AddRange(e.Diagnostics.Select(d => Located(d, method, path)));
                }
            }
        }

        if (errors.Count > 0)
            throw new BuildException(errors);
        if (!vdso.IsEmpty)
            vdso.AddTo(output);
    }

    private static Action<KernelAssembler> Emitter(MethodInfo method, string symbol)
    {
        ParameterInfo[] parameters = method.GetParameters();
        if (!method.IsStatic || method.IsGenericMethod || method.ReturnType != typeof(void)
            || parameters.Length != 1 || parameters[0].ParameterType != typeof(KernelAssembler))
        {
            throw new BuildException("AZ3002", $"{symbol}: an assembler method is 'static void {method.Name}(KernelAssembler a)'");
        }

        var emit = method.CreateDelegate<Action<KernelAssembler>>();
        return a => Run(emit, a);
    }

    private static void Run(Action<KernelAssembler> emit, KernelAssembler assembler)
    {
        try
        {
            emit(assembler);
        }
        catch (Exception e) when (e is not BuildException)
        {
            // Iced throws plain exceptions for operands that no encoding takes.
            throw assembler.Error("AZ3003", $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static BuildDiagnostic Located(BuildDiagnostic diagnostic, MethodInfo method, string path)
    {
        if (diagnostic.File is not null)
            return diagnostic;
        string message = $"{diagnostic.Message} (in {method.DeclaringType?.FullName}.{method.Name})";
        return SourceLocation.TryFind(path, method.MetadataToken, out string file, out int line)
            ? diagnostic with { Message = message, File = file, Line = line }
            : diagnostic with { Message = message };
    }

    /// <summary>Holds a plug assembly and what it needs. Types of this tool are shared, so that both sides mean the same.</summary>
    private sealed class PlugContext(string path) : AssemblyLoadContext(Path.GetFileName(path), isCollectible: true)
    {
        private readonly string _path = Path.GetFullPath(path);

        internal Assembly Load()
        {
            try
            {
                return LoadFile(_path);
            }
            catch (Exception e) when (e is IOException or BadImageFormatException or UnauthorizedAccessException)
            {
                throw new BuildException("AZ3001", $"cannot load the plug assembly {_path}: {e.Message}");
            }
        }

        protected override Assembly? Load(AssemblyName name)
        {
            bool shared = name.Name == typeof(KernelAssembler).Assembly.GetName().Name
                || name.Name == typeof(AssemblerMethodAttribute).Assembly.GetName().Name
                || name.Name == typeof(Iced.Intel.Instruction).Assembly.GetName().Name;
            string beside = Path.Combine(Path.GetDirectoryName(_path)!, name.Name + ".dll");
            return !shared && File.Exists(beside) ? LoadFile(beside) : null;
        }

        // From memory: a file that is loaded by path could not be rebuilt on Windows while the tool runs.
        private Assembly LoadFile(string file)
        {
            using var image = new MemoryStream(File.ReadAllBytes(file));
            return LoadFromStream(image);
        }
    }
}
