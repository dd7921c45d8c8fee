namespace AzaleaOS.UserApps.Sideloaded;

/// <summary>
/// The kernel with the offload channel: boots, brings up the cores, meets its Linux peer, and runs the program that the boot loader gave it as
/// a module, with the words behind <c>--</c> on the command line as its arguments.
/// </summary>
public sealed class Kernel : AzaleaOS.Kernel;
