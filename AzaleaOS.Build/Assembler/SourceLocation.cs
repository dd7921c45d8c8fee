using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace AzaleaOS.Build.Assembler;

/// <summary>Finds the C# line of a method in the portable PDB beside its assembly.</summary>
internal static class SourceLocation
{
    /// <summary>The file and first line of a method's body; false without debug information.</summary>
    internal static bool TryFind(string assemblyPath, int methodToken, out string file, out int line)
    {
        file = "";
        line = 0;
        string pdb = Path.ChangeExtension(assemblyPath, ".pdb");
        if (!File.Exists(pdb))
            return false;
        try
        {
            using FileStream stream = File.OpenRead(pdb);
            using var provider = MetadataReaderProvider.FromPortablePdbStream(stream);
            MetadataReader reader = provider.GetMetadataReader();
            var method = (MethodDefinitionHandle)MetadataTokens.Handle(methodToken);
            foreach (SequencePoint point in reader.GetMethodDebugInformation(method.ToDebugInformationHandle()).GetSequencePoints())
            {
                if (point.IsHidden)
                    continue;
                file = reader.GetString(reader.GetDocument(point.Document).Name);
                line = point.StartLine;
                return true;
            }
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or InvalidCastException)
        {
            return false; // an error message without a line is better than another error
        }

        return false;
    }
}
