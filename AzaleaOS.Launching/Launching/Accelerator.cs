namespace AzaleaOS.Build.Launching;

/// <summary>What executes the guest's instructions.</summary>
public enum Accelerator
{
    /// <summary>QEMU's translator: works everywhere, and counts instructions.</summary>
    Tcg,

    /// <summary>The processor's own virtualisation; an error if a test boot of it fails.</summary>
    Kvm,

    /// <summary>KVM if a test boot of it succeeds, else TCG.</summary>
    Auto,
}
