using System.Text;
using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Tests.Recognition;

public sealed class TlsHelloReaderTests
{
    [Fact]
    public void Name_protocol_and_version_of_a_client()
    {
        byte[] hello = ClientHello.Records(ClientHello.Message("shop.example", ["h2", "http/1.1"], [0x8a8a, 0x0304, 0x0303]));
        Assert.Equal(new(true, 0x0304, 12, 2, false, true), Read(hello, out string name, out string protocol));
        Assert.Equal(("shop.example", "h2"), (name, protocol));
    }

    [Fact]
    public void Without_extensions_the_version_is_that_of_the_body()
    {
        Assert.Equal(new(true, 0x0303, 0, 0, false, true), Read(ClientHello.Records(ClientHello.Message(null)), out _, out _));
    }

    [Fact]
    public void What_a_server_chose()
    {
        byte[] hello = ClientHello.Records(ClientHello.ServerMessage(0x0304, "h2"));
        Assert.Equal(new(false, 0x0304, 0, 2, false, true), Read(hello, out _, out string protocol));
        Assert.Equal("h2", protocol);
        Assert.Equal(0x0303, Read(ClientHello.Records(ClientHello.ServerMessage()), out _, out _)!.Value.Version);
    }

    [Fact]
    public void An_encrypted_hello_inside_makes_the_name_weak()
    {
        Assert.True(Read(ClientHello.Records(ClientHello.Message("public.example", encrypted: true)), out string name, out _)!.Value.IsNameWeak);
        Assert.Equal("public.example", name);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void A_hello_over_many_records_is_the_same_hello(int size)
    {
        byte[] message = ClientHello.Message("shop.example", ["h2"], [0x0304]);
        Assert.Equal(Read(ClientHello.Records(message), out string name, out _), Read(ClientHello.Records(message, size), out string split, out _));
        Assert.Equal(name, split);
    }

    [Fact]
    public void A_prefix_says_that_it_is_one_and_never_another_name()
    {
        byte[] hello = ClientHello.Records(ClientHello.Message("shop.example", ["h2"], [0x0304], encrypted: true), 50);
        for (int length = 0; length < hello.Length; length++)
        {
            if (Read(hello[..length], out string name, out string protocol) is not { } part) continue;
            Assert.False(part.IsComplete, $"{length}");
            Assert.True(name is "" or "shop.example", $"{length}: {name}");
            Assert.True(protocol is "" or "h2", $"{length}: {protocol}");
        }
    }

    [Fact]
    public void Lengths_that_lie_give_no_name()
    {
        byte[] hello = ClientHello.Records(ClientHello.Message("shop.example"));
        int name = hello.AsSpan().IndexOf("shop"u8);
        hello[name - 1] = 200;
        Assert.Equal(0, Read(hello, out _, out _)!.Value.ServerNameLength);
        Assert.Null(Read("GET / HTTP/1.1\r\n"u8.ToArray(), out _, out _));
        Assert.Null(Read(Sample.Of("{17 0303 0020" + Sample.Fill(32) + "}"), out _, out _));
    }

    private static TlsHello? Read(byte[] bytes, out string name, out string protocol)
    {
        Span<byte> first = stackalloc byte[TlsHelloReader.MaxNameLength], second = stackalloc byte[TlsHelloReader.MaxNameLength];
        bool read = TlsHelloReader.TryReadRecords(bytes, first, second, out TlsHello hello);
        name = Encoding.ASCII.GetString(first[..hello.ServerNameLength]);
        protocol = Encoding.ASCII.GetString(second[..hello.ProtocolLength]);
        return read ? hello : null;
    }
}
