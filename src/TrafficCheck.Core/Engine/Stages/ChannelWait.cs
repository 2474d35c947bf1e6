using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>
/// Waits on a thread for what comes through a channel, without allocating: for a moment by looking again, because the next batch is some tens of
/// microseconds away and going to sleep costs as much; then asleep. For one thread.
/// </summary>
internal sealed class ChannelWait : IDisposable
{
    /// <summary>Some tens of microseconds together; <see cref="Thread.SpinWait"/> counts in units of about 37 ns.</summary>
    private const int Looks = 64, PauseBetweenLooks = 16;

    private readonly ManualResetEventSlim _woken = new(initialState: false, spinCount: 0);
    private readonly Action _wake;

    public ChannelWait() => _wake = _woken.Set;

    /// <summary>What to do in place of waiting; says whether there was anything to do. Null for nothing.</summary>
    public volatile Func<bool>? Meanwhile;

    /// <returns>False when nothing more will come.</returns>
    public bool TryRead<T>(ChannelReader<T> reader, [MaybeNullWhen(false)] out T item)
    {
        while (true)
        {
            for (int i = 0; i < Looks; i++)
            {
                if (reader.TryRead(out item)) return true;
                if (Meanwhile?.Invoke() == true) continue;
                Thread.SpinWait(PauseBetweenLooks);
            }

            if (Wait(reader.WaitToReadAsync())) continue;
            item = default;
            return false;
        }
    }

    public void Dispose() => _woken.Dispose();

    /// <summary>Without the context of the calling thread, which may be the one that has no time for the continuation because it waits here.</summary>
    private bool Wait(ValueTask<bool> more)
    {
        ConfiguredValueTaskAwaitable<bool>.ConfiguredValueTaskAwaiter awaiter = more.ConfigureAwait(false).GetAwaiter();
        if (!awaiter.IsCompleted)
        {
            _woken.Reset();
            awaiter.UnsafeOnCompleted(_wake);
            _woken.Wait();
        }

        return awaiter.GetResult();
    }
}
