using CsCheck;

namespace TrafficCheck.Tests;

/// <summary>
/// Property tests that draw the same values in every run: CsCheck fixes the first draw by its seed and takes the others from the clock. A
/// failing draw goes back to CsCheck, which looks for a smaller one.
/// </summary>
internal static class RepeatableSamples
{
    private const ulong Seed = 0x7261_6666_6963;

    /// <param name="draws">How many values are tried.</param>
    public static void SampleRepeatably<T>(this Gen<T> gen, Action<T> check, int draws)
    {
        for (uint draw = 0; draw < draws; draw++)
        {
            // A stream for each draw, so that one that fails is found again by its seed alone.
            var random = new PCG(draw, Seed);
            string seed = random.ToString();
            T value = gen.Generate(random, null, out _);
            try
            {
                check(value);
            }
            catch (Exception)
            {
                gen.Sample(check, seed: seed, iter: 1, threads: 1);
                throw;
            }
        }
    }

    /// <inheritdoc cref="SampleRepeatably{T}(Gen{T}, Action{T}, int)"/>
    public static void SampleRepeatably<T1, T2>(this Gen<(T1 First, T2 Second)> gen, Action<T1, T2> check, int draws) =>
        gen.SampleRepeatably(drawn => check(drawn.First, drawn.Second), draws);

    /// <inheritdoc cref="SampleRepeatably{T}(Gen{T}, Action{T}, int)"/>
    public static void SampleRepeatably<T>(this Gen<T> gen, Func<T, bool> holds, int draws) => gen.SampleRepeatably(drawn => Assert.True(holds(drawn)), draws);

    /// <inheritdoc cref="SampleRepeatably{T}(Gen{T}, Action{T}, int)"/>
    public static void SampleRepeatably<T1, T2>(this Gen<(T1 First, T2 Second)> gen, Func<T1, T2, bool> holds, int draws) =>
        gen.SampleRepeatably(drawn => Assert.True(holds(drawn.First, drawn.Second)), draws);
}
