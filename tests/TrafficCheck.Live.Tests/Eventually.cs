using System.Diagnostics;

namespace TrafficCheck.Live.Tests;

/// <summary>Waits for what other threads do, as long as a busy machine may take.</summary>
internal static class Eventually
{
    public static async Task True(Func<bool> condition, string what = "")
    {
        for (var waited = Stopwatch.StartNew(); !condition();)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), $"not within 30 s: {what}");
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}
