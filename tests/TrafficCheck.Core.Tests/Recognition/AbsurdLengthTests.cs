using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Tests.Recognition;

/// <summary>LDAP whose BER states lengths that no message has, or none.</summary>
public sealed class AbsurdLengthTests
{
    /// <summary>A bind request behind the header of its message.</summary>
    private static readonly byte[] s_bind = [2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0];

    private static Application Seen(byte[] payload, ushort port = 389)
    {
        ApplicationRecognizer.TryRecognize(payload, Sample.Tcp, 40000, port, out RecognizedApplication seen);
        return seen.Application;
    }

    [Fact]
    public void A_sound_message_is_ldap()
    {
        Assert.Equal(Application.Ldap, Seen([0x30, 12, .. s_bind]));
        Assert.Equal(Application.Ldap, Seen([0x30, 0x84, 0, 0, 0, 12, .. s_bind]));
        Assert.Equal(Application.Ldap, Seen([0x30, 12, .. s_bind], 12345));
    }

    /// <summary>2 GiB, 4 GiB, eight bytes of length, a hundred and twenty-six, indefinite, beyond 16 MiB; of the message, its number, its operation.</summary>
    [Theory]
    [InlineData("847fffffff")]
    [InlineData("84ffffffff")]
    [InlineData("880102030405060708")]
    [InlineData("fe")]
    [InlineData("ff")]
    [InlineData("80")]
    [InlineData("8401000000")]
    public void Absurd_lengths_are_no_ldap(string length)
    {
        byte[] absurd = Convert.FromHexString(length);
        Assert.NotEqual(Application.Ldap, Seen([0x30, .. absurd, .. s_bind]));
        Assert.NotEqual(Application.Ldap, Seen([0x30, 12, 2, .. absurd, .. s_bind]));
        Assert.NotEqual(Application.Ldap, Seen([0x30, 12, 2, 1, 1, 0x60, .. absurd, 2, 1, 3, 4, 0, 0x80, 0]));
    }

    [Fact]
    public void Nested_lengths_of_all_kinds_take_no_time_and_never_throw()
    {
        var random = new Random(7);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        byte[] endless = [.. Enumerable.Repeat(new byte[] { 0x30, 0x84, 0, 0xff, 0xff, 0xff }, 200).SelectMany(b => b)];
        for (int i = 0; i < 50_000; i++)
        {
            byte[] bytes = i % 3 == 0 ? [.. endless] : [0x30, 12, .. s_bind];
            for (int changes = random.Next(6); changes > 0; changes--) bytes[random.Next(Math.Min(bytes.Length, 40))] = (byte)random.Next(256);
            _ = Seen(bytes, (ushort)(i % 2 == 0 ? 389 : 3268));
        }

        Assert.True(watch.ElapsedMilliseconds < 5000);
    }
}
