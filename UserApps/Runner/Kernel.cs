namespace AzaleaOS.UserApps.Runner;

/// <summary>
/// The kernel as it is: boots, brings up the cores and runs the program that the boot loader gave it as
/// a module, with the words behind <c>--</c> on the command line as its arguments.
/// </summary>
public sealed class Kernel : AzaleaOS.Kernel;
