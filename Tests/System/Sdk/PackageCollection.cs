namespace AzaleaOS.Tests.Machines.Sdk;

/// <summary>Tests of the packages, one after the other: packing takes NuGet's unpacked package away, and is done once.</summary>
[CollectionDefinition(Name)]
public sealed class PackageCollection : ICollectionFixture<NewUser>
{
    internal const string Name = "packages";
}
