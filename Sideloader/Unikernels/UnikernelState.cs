using System.Text.Json.Serialization;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>Where a unikernel is in its life.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<UnikernelState>))]
internal enum UnikernelState
{
    /// <summary>Its machine is being started.</summary>
    [JsonStringEnumMemberName("starting")]
    Starting,

    /// <summary>Its machine runs.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>It ended, and its status is known.</summary>
    [JsonStringEnumMemberName("ended")]
    Ended,

    /// <summary>The command that watched it is gone and left no status.</summary>
    [JsonStringEnumMemberName("lost")]
    Lost,
}
