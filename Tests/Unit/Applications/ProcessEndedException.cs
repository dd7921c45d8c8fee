namespace AzaleaOS.Tests.Unit.Applications;

/// <summary>The application under test has ended.</summary>
public sealed class ProcessEndedException : Exception;
