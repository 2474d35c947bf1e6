using TrafficCheck.Capture.Filters;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Tests.Filters;

/// <summary>Expressions are held to libpcap's own answer; those without libpcap are skipped.</summary>
public sealed unsafe class FrameFilterTests
{
    private static readonly string[] Expressions =
    [
        "", "ip", "not ip", "udp port 53", "tcp[13] & 2 != 0", "host 10.0.0.5 and not port 22", "net 10.0.0.0/8", "ip6", "greater 100", "less 64", "len > 70",
        "ip[2:2] - ip[0] * 4 > 20", "ether[0] & 1 != 0", "portrange 20-80", "tcp[tcp[12] / 4] = 0x16", "ip[9] << 2 > 20 or ip[9] >> 1 = 3", "ip[8] % 3 = 1", "ip[8] ^ 5 = 1", "arp or icmp",
        "ether host 02:00:00:00:00:01", "ip[10:4] > 5", "-ip[4] < 9", "ip[6:2] & 0x1fff = 0 and udp", "mpls", "vlan", "vlan 7 and udp port 53", "vlan and vlan",
        "100 / ip[8] > 2", "ip[ip[9]:4] | 1 = 3",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_interpreter_answers_as_libpcap_does_for_frames_mutations_and_every_prefix(int seed)
    {
        SkipWithoutLibpcap();
        var random = new Random(seed);
        byte[][] frames = [.. Enumerable.Range(0, 40).Select(i => Frame(random, i % 4, (i / 4) % 5))];
        foreach (string expression in Expressions)
        {
            BpfInstruction[] code = FrameFilter.Compile(expression, LinkType.Ethernet, out string error)!;
            Assert.True(code is not null, error);
            BpfProgram program = BpfProgram.TryCreate(code!)!;
            Assert.NotNull(program);
            foreach (byte[] frame in frames)
            {
                for (int length = 1; length <= frame.Length; length++)
                {
                    byte[] prefix = frame[..length];
                    Assert.True(
                        (program.Run(FrameView.Whole(prefix, (uint)frame.Length)) != 0) == Native(code!, prefix, frame.Length),
                        $"'{expression}' on {Convert.ToHexString(prefix)} of {frame.Length}, seed {seed}");
                }
            }
        }
    }

    [Fact]
    public void Random_programs_are_refused_or_end_with_libpcaps_answer()
    {
        SkipWithoutLibpcap();
        // No loads from memory: libpcap does not clear it, and compiled expressions read only what they stored.
        ushort[] codes =
        [
            0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0xb1, 0x80, 0x81, 0x00, 0x01, 0x02, 0x03, 0x05, 0x15, 0x25, 0x35, 0x45, 0x1d, 0x2d, 0x3d, 0x4d, 0x06, 0x16,
            0x07, 0x87, 0x84, 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x64, 0x6c, 0x74, 0x7c, 0x94, 0x9c, 0xa4, 0xac, 0x09, 0xff,
        ];
        var random = new Random(5);
        int ran = 0;
        for (int round = 0; round < 20_000; round++)
        {
            var code = new BpfInstruction[random.Next(1, 12)];
            for (int i = 0; i < code.Length; i++)
            {
                uint value = random.Next(5) == 0 ? (uint)random.NextInt64(0, 1L << 32) : (uint)random.Next(0, 40);
                code[i] = new BpfInstruction(codes[random.Next(codes.Length)], (byte)random.Next(4), (byte)random.Next(4), value);
            }

            code[^1] = new BpfInstruction(random.Next(2) == 0 ? (ushort)0x06 : (ushort)0x16, 0, 0, (uint)random.Next(2));
            if (BpfProgram.TryCreate(code) is not { } program) continue;
            ran++;
            byte[] frame = Frame(random, random.Next(4), random.Next(5));
            Assert.True((program.Run(FrameView.Whole(frame, 1000)) != 0) == Native(code, frame, 1000), string.Join(' ', code) + " on " + Convert.ToHexString(frame));
        }

        Assert.True(ran > 1000, $"only {ran} programs ran");
    }

    [Theory]
    [InlineData("udp port 53")]
    [InlineData("ip[8] = 64")]
    [InlineData("len = 60")]
    [InlineData("ether[10:4] != 0 and udp")]
    public void Tags_are_hidden_from_what_does_not_speak_of_them(string expression)
    {
        SkipWithoutLibpcap();
        byte[] plain = Frame(new Random(1), 0, 1);
        FrameFilter filter = FrameFilter.Create(expression);
        bool answer = filter.Matches(plain, (uint)plain.Length, LinkType.Ethernet);
        for (int tags = 1; tags < 4; tags++)
        {
            byte[] tagged = Frame(new Random(1), tags, 1);
            Assert.Equal(answer, filter.Matches(tagged, (uint)tagged.Length, LinkType.Ethernet));
        }
    }

    [Fact]
    public void What_speaks_of_vlan_sees_the_tags()
    {
        SkipWithoutLibpcap();
        FrameFilter filter = FrameFilter.Create("vlan 7 and udp port 53");
        byte[] plain = Frame(new Random(1), 0, 1), tagged = Frame(new Random(1), 1, 1);
        Assert.False(filter.Matches(plain, (uint)plain.Length, LinkType.Ethernet));
        Assert.True(filter.Matches(tagged, (uint)tagged.Length, LinkType.Ethernet));
    }

    [Theory]
    [InlineData("vlan", true)]
    [InlineData("udp and (vlan 5)", true)]
    [InlineData("host vlan.example", false)]
    [InlineData("host my-vlan", false)]
    [InlineData("udp", false)]
    public void Vlan_is_a_word_not_a_part_of_one(string expression, bool speaks) => Assert.Equal(speaks, FrameFilter.SpeaksOfVlan(expression));

    [Fact]
    public void A_wrong_expression_is_refused_in_the_words_of_libpcap()
    {
        SkipWithoutLibpcap();
        FilterException refused = Assert.Throws<FilterException>(() => FrameFilter.Create("udp prt 53"));
        Assert.Contains("syntax error", refused.Message, StringComparison.Ordinal);
    }

    private static void SkipWithoutLibpcap() => Assert.SkipWhen(Libpcap.Instance is null, "libpcap is not installed");

    /// <summary>An Ethernet frame with tags and UDP to port 53, TCP, UDP of IPv6, ARP or noise; the first has 60 bytes without tags.</summary>
    private static byte[] Frame(Random random, int tags, int kind)
    {
        var frame = new List<byte> { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
        for (int i = 0; i < tags; i++) frame.AddRange([(byte)(i == 0 && tags > 1 ? 0x88 : 0x81), (byte)(i == 0 && tags > 1 ? 0xa8 : 0), 0, 7]);
        byte[] body = new byte[44];
        random.NextBytes(body);
        switch (kind)
        {
            case 0 or 1:
                frame.AddRange([8, 0, 0x45, 0, 0, 46, 0, 1, 0, 0, 64, (byte)(kind == 0 ? 6 : 17), 0, 0, 10, 0, 0, 5, 10, 0, 0, 9, 4, 0, 0, 53, 0, 26, 0, 0]);
                frame.AddRange(body.AsSpan(0, 18).ToArray());
                break;
            case 2:
                frame.AddRange([0x86, 0xdd, 0x60, 0, 0, 0, 0, 8, 17, 64]);
                frame.AddRange(body);
                break;
            case 3:
                frame.AddRange([8, 6, 0, 1, 8, 0, 6, 4, 0, 1]);
                frame.AddRange(body);
                break;
            default:
                frame.AddRange(body);
                break;
        }

        return [.. frame];
    }

    /// <summary>What libpcap's own interpreter says.</summary>
    private static bool Native(BpfInstruction[] code, byte[] frame, int wireLength)
    {
        var copy = new Libpcap.BpfInstruction[code.Length];
        for (int i = 0; i < code.Length; i++)
            copy[i] = new Libpcap.BpfInstruction { Code = code[i].Code, JumpTrue = code[i].JumpTrue, JumpFalse = code[i].JumpFalse, Value = code[i].Value };
        byte* header = stackalloc byte[24];
        new Span<byte>(header, 24).Clear();
        *(int*)(header + 16) = frame.Length;
        *(int*)(header + 20) = wireLength;
        fixed (Libpcap.BpfInstruction* first = copy)
        fixed (byte* bytes = frame)
        {
            var head = new Libpcap.BpfProgramHead { Length = (uint)copy.Length, Instructions = first };
            return Libpcap.Instance!.OfflineFilter(&head, header, bytes) != 0;
        }
    }
}
