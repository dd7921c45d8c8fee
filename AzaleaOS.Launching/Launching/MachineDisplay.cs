namespace AzaleaOS.Build.Launching;

/// <summary>Whether the machine has a screen.</summary>
public enum MachineDisplay
{
    /// <summary>No screen: the serial line is the console.</summary>
    None,

    /// <summary>A window on the desktop, and the serial line as before.</summary>
    Window,
}
