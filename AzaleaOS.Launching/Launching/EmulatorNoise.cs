using System.Text.RegularExpressions;

namespace AzaleaOS.Build.Launching;

/// <summary>Messages of emulators and of their libraries that are true of every run and help nobody.</summary>
internal static partial class EmulatorNoise
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
        "Bochs connected to screen",
        "Bochs is exiting with the following message",
        "==========",
        "ACPI control: soft power off",
        "Shutdown port: shutdown requested",                  // how every guest ends Bochs
    ];

    /// <summary>True if a line can be left out.</summary>
    internal static bool Matches(string line)
        => string.IsNullOrWhiteSpace(line) || BochsInformation().IsMatch(line) || s_noise.Any(noise => line.Contains(noise, StringComparison.Ordinal));

    /// <summary>What Bochs says before it has opened its log: "00000000000i[PLUGIN] loaded plugin ...".</summary>
    [GeneratedRegex(@"^\d{11}[id]\[")]
    private static partial Regex BochsInformation();
}
