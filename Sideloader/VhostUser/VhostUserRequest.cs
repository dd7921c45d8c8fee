namespace AzaleaOS.Sideloader.VhostUser;

/// <summary>What the front end, the hypervisor, asks of the back end. The names are the protocol's.</summary>
/// <remarks>Source: QEMU, docs/interop/vhost-user.rst, front-end message types.</remarks>
internal enum VhostUserRequest : uint
{
    GetFeatures = 1,
    SetFeatures = 2,
    SetOwner = 3,
    ResetOwner = 4,
    SetMemTable = 5,
    SetVringNum = 8,
    SetVringAddr = 9,
    SetVringBase = 10,
    GetVringBase = 11,
    SetVringKick = 12,
    SetVringCall = 13,
    SetVringErr = 14,
    GetProtocolFeatures = 15,
    SetProtocolFeatures = 16,
    GetQueueNum = 17,
    SetVringEnable = 18,
    GetConfig = 24,
    GetMaxMemSlots = 36,
    AddMemReg = 37,
    RemMemReg = 38,
}
