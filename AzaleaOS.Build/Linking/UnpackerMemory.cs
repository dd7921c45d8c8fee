namespace AzaleaOS.Build.Linking;

/// <summary>Memory of the <see cref="Unpacker"/>, as physical addresses.</summary>
/// <param name="Scratch"><see cref="Unpacker.ScratchBytes"/> bytes, which are in the file.</param>
/// <param name="Tables"><see cref="Unpacker.TablesBytes"/> bytes, at a multiple of <see cref="Unpacker.TablesAlignment"/>.</param>
internal readonly record struct UnpackerMemory(uint Scratch, uint Tables);
