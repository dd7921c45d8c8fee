namespace AzaleaOS.Sideloader.VhostUser;

/// <summary>The front end said something that the protocol does not allow, or that this back end cannot do.</summary>
public sealed class VhostUserException(string problem) : IOException(problem);
