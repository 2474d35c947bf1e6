using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Wire;

/// <summary>Checksums of packets of every length around the widths that the fast sum works in, against those of the slow one.</summary>
public sealed unsafe class ChecksumTests
{
    public static TheoryData<string, bool> Kinds => new() { { "tcp", true }, { "tcp", false }, { "udp", true }, { "udp", false }, { "icmp", true }, { "icmp", false } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_right_checksum_is_right_and_every_changed_bit_of_it_is_noticed(string kind, bool four)
    {
        var random = new Random(20);
        for (int length = 0; length <= 200; length++)
        {
            byte[] payload = new byte[length];
            random.NextBytes(payload);
            byte[] packet = Frame(kind, four, payload);
            Assert.Equal(ChecksumFaults.None, Check(packet));
            int transport = 14 + (four ? 20 : 40);
            foreach (int at in new[] { transport + 2, packet.Length - 1, random.Next(transport, packet.Length) })
            {
                // Neither ports and lengths, which decoding looks at, nor fields that may be left to the card.
                byte[] changed = [.. packet];
                changed[at] ^= (byte)(1 << random.Next(8));
                if (IsLength(kind, at - transport) || Field(kind, changed, transport) == 0) continue;
                Assert.True(Check(changed) is ChecksumFaults.Transport, $"{kind}, {length} bytes, changed at {at}");
            }
        }
    }

    [Fact]
    public void The_header_of_IPv4_is_verified_with_its_options()
    {
        for (int words = 0; words <= 10; words++)
        {
            byte[] options = [.. Enumerable.Repeat((byte)1, words * 4)];
            byte[] packet = FrameBuilder.Ethernet().IPv4("10.0.0.1", "192.0.2.1", options: options).Udp(1000, 53).Payload("abc").Build();
            Assert.Equal(ChecksumFaults.None, Check(packet));
            for (int at = 14 + 12; at < 14 + 20 + (words * 4); at++)
            {
                byte[] changed = [.. packet];
                changed[at] ^= 0x10;
                Assert.True(Check(changed).HasFlag(ChecksumFaults.Ipv4Header), $"{words} words of options, changed at {at}");
            }
        }
    }

    [Fact]
    public void A_message_of_zeros_is_left_to_the_card() =>
        Assert.Equal(ChecksumFaults.Offloaded, Check(FrameBuilder.Ethernet().IPv4("10.0.0.1", "192.0.2.1").Icmp(0, checksum: 0).Payload(new byte[32]).Build()));

    private static byte[] Frame(string kind, bool four, byte[] payload)
    {
        FrameBuilder ip = FrameBuilder.Ethernet().Ip(four ? "10.0.0.1" : "2001:db8::1", four ? "192.0.2.1" : "2001:db8::2");
        return kind switch
        {
            "tcp" => ip.Tcp(1000, 25).Payload(payload).Build(),
            "udp" => ip.Udp(1000, 53).Payload(payload).Build(),
            _ => (four ? ip.Icmp(8) : ip.Icmp6(128)).Payload(payload).Build(),
        };
    }

    private static bool IsLength(string kind, int at) => kind switch
    {
        "tcp" => at == 12, // where the data begin
        "udp" => at is 4 or 5,
        _ => false,
    };

    private static int Field(string kind, byte[] packet, int transport)
    {
        int at = transport + (kind == "tcp" ? 16 : kind == "udp" ? 6 : 2);
        return packet[at] | packet[at + 1];
    }

    private static ChecksumFaults Check(byte[] frame)
    {
        var buffer = new byte[frame.Length + FrameBatch.Slack];
        buffer.AsSpan().Fill(0xa5);
        frame.CopyTo(buffer, 0);
        fixed (byte* start = buffer)
        {
            FrameDecoder.Decode(start, frame.Length, LinkType.Ethernet, out PacketSummary packet);
            return Checksums.Check(in packet);
        }
    }
}
