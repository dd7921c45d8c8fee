namespace AzaleaOS.Build.Launching;

/// <summary>Messages of emulators and of their libraries that are true of every run and help nobody.</summary>
internal static class EmulatorNoise
{
    private static readonly string[] s_noise =
    [
        "TCG doesn't support requested feature",             // -cpu max and named models ask for more than TCG has
        "This family of AMD CPU doesn't support hyperthreading",
        "Please configure -smp options properly or try enabling topoext feature",
        "ALSA lib ",                                          // no sound card
        "PulseAudio: ",
        "XDG_RUNTIME_DIR ",
        "error: XDG_RUNTIME_DIR",
    ];

    /// <summary>True if a line can be left out.</summary>
    internal static bool Matches(string line)
        => string.IsNullOrWhiteSpace(line) || s_noise.Any(noise => line.Contains(noise, StringComparison.Ordinal));
}
