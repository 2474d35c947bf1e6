namespace TrafficCheck.Core.Engine.Stages;

/// <summary>The way of batches from the stage that decodes to the stage that keeps flows.</summary>
internal interface IPacketLine : IDisposable
{
    /// <summary>Whether batches are taken behind the caller's back: what is in them must stay until they come back.</summary>
    bool IsAsynchronous { get; }

    /// <summary>A batch to fill, empty.</summary>
    PacketBatch Current { get; }

    /// <summary>What a thread that has to wait does instead, by any thread; says whether there was anything to do. Null for nothing.</summary>
    Func<bool>? Meanwhile { set; }

    /// <summary>Hands <see cref="Current"/> on; another takes its place.</summary>
    void Send();

    /// <summary>Hands <see cref="Current"/> on and waits until all that was sent has been taken.</summary>
    void Drain();
}
