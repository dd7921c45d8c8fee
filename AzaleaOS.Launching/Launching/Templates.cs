namespace AzaleaOS.Build.Launching;

/// <summary>The files of <c>iso/</c>, which are built into this assembly.</summary>
internal static class Templates
{
    /// <summary>A template's text.</summary>
    internal static string Read(string name)
    {
        using Stream stream = typeof(Templates).Assembly.GetManifestResourceStream("iso/" + name)
            ?? throw new InvalidOperationException($"template {name} is not in the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
