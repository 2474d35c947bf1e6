using System.Text;
using TrafficCheck.Core.Recognition.Names;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Recognition.Names;

public sealed class NameBookTests
{
    private const long Second = 1_000_000_000;

    private static readonly IpAddress s_client = IpAddress.V4(0x0a000005), s_other = IpAddress.V4(0x0a000006), s_server = IpAddress.V4(0xc0000207);

    private readonly NameBook _book = new(seed: 1);
    private long _frame;

    [Fact]
    public void An_answer_names_its_addresses_for_the_client_that_asked()
    {
        Learn(DnsBytes.Response("www.example").Address("www.example", "192.0.2.7").Address("www.example", "192.0.2.8"), 5 * Second);
        NameProof proof = Assert.Single(_book.Names(s_client, s_server, 6 * Second).Names);
        Assert.Equal(("www.example", NameSource.Dns, s_client, true), (proof.Name, proof.Source, proof.Client, proof.SameClient));
        Assert.Equal((1L, 5 * Second, false, false), (proof.Frame, proof.TimeNs, proof.Later, proof.PastTtl));
        Assert.Equal([new ChainStep("www.example", 1)], proof.Chain);
        Assert.Single(_book.Names(s_client, IpAddress.V4(0xc0000208), 0).Names);
        Assert.Same(PeerNames.None, _book.Names(s_client, IpAddress.V4(0xc0000209), 0));
    }

    [Fact]
    public void Another_clients_answer_is_second_best_and_says_so()
    {
        Learn(DnsBytes.Response("b.example").Address("b.example", "192.0.2.7"), 0, s_other);
        Assert.Equal(["b.example other"], Words(_book.Names(s_client, s_server, 1)));
        Learn(DnsBytes.Response("a.example").Address("a.example", "192.0.2.7"), 0);
        PeerNames names = _book.Names(s_client, s_server, 1);
        Assert.Equal(["a.example own", "b.example other"], Words(names));
        Assert.Equal((true, s_other), (names.Shared, names.Names[1].Client));
        Assert.Equal(["b.example own", "a.example other"], Words(_book.Names(s_other, s_server, 1)));
    }

    [Fact]
    public void Every_name_of_a_chain_counts_in_any_order_of_records()
    {
        Learn(DnsBytes.Response("www.example").Address("edge.cdn", "192.0.2.7").Alias("mid.example", "edge.cdn").Alias("www.example", "mid.example"), 0);
        PeerNames names = _book.Names(s_client, s_server, 1);
        Assert.Equal(["edge.cdn own", "mid.example own", "www.example own"], Words(names));
        Assert.False(names.Shared);
        Assert.Equal([new("www.example", 1), new("mid.example", 1), new ChainStep("edge.cdn", 1)], names.Names[2].Chain);
        Assert.Equal([new ChainStep("edge.cdn", 1)], names.Names[0].Chain);
    }

    [Fact]
    public void Names_that_the_question_does_not_lead_to_are_no_answer()
    {
        Learn(DnsBytes.Response("www.example").Address("bank.example", "192.0.2.7").Alias("shop.example", "www.example").Address("www.example", "192.0.2.8"), 0);
        Assert.Same(PeerNames.None, _book.Names(s_client, s_server, 1));
        Assert.Equal(["www.example own"], Words(_book.Names(s_client, IpAddress.V4(0xc0000208), 1)));
        Assert.Equal(1, _book.Strays);
    }

    [Fact]
    public void A_circle_of_aliases_ends()
    {
        Learn(DnsBytes.Response("a").Alias("a", "b").Alias("b", "a").Address("b", "192.0.2.7"), 0);
        Assert.Equal(["a own", "b own"], Words(_book.Names(s_client, s_server, 1)));
    }

    [Fact]
    public void The_time_to_live_is_noted_and_ends_nothing()
    {
        Learn(DnsBytes.Response("a").Address("a", "192.0.2.7", ttl: 60), 100 * Second);
        Assert.False(_book.Names(s_client, s_server, 160 * Second).Names[0].PastTtl);
        Assert.True(_book.Names(s_client, s_server, 161 * Second).Names[0].PastTtl);
        Assert.True(_book.Names(s_client, s_server, 99 * Second).Names[0].Later);
        Learn(DnsBytes.Response("a").Address("a", "192.0.2.7", ttl: 60), 150 * Second);
        NameProof proof = _book.Names(s_client, s_server, 161 * Second).Names[0];
        Assert.Equal((1L, 100 * Second, 150 * Second, false), (proof.Frame, proof.TimeNs, proof.LastTimeNs, proof.PastTtl));
    }

    [Fact]
    public void Hints_of_service_bindings_are_addresses()
    {
        Learn(DnsBytes.Response("_8443._https.www.example", DnsBytes.Https)
            .Service("_8443._https.www.example", 0, "svc.example").Service("svc.example", 1, "", (4, [192, 0, 2, 7]))
            .Address("svc.example", "2001:db8::7", section: 3), 0);
        Assert.Equal(["svc.example own", "www.example own"], Words(_book.Names(s_client, s_server, 1)));
        Assert.Equal(2, _book.Names(s_client, IpAddress.V6(0x20010db8_00000000, 7), 1).Names.Count);
    }

    [Fact]
    public void A_resolver_on_its_way_down_leaves_aliases_in_other_messages()
    {
        Learn(DnsBytes.Response("www.example").Alias("www.example", "x.cdn"), 10);
        Learn(DnsBytes.Response("x.cdn").Alias("x.cdn", "y.cdn"), 20);
        Learn(DnsBytes.Response("y.cdn").Address("y.cdn", "192.0.2.7"), 30);
        PeerNames names = _book.Names(s_client, s_server, 40);
        Assert.Equal(["www.example own", "x.cdn own", "y.cdn own"], Words(names));
        Assert.Equal([new("www.example", 1), new("x.cdn", 2), new ChainStep("y.cdn", 3)], names.Names[0].Chain);
        Assert.Equal((3L, 30L), (names.Names[0].Frame, names.Names[0].TimeNs));

        // They are the client's own: another client did not ask.
        Assert.Equal(["y.cdn other"], Words(_book.Names(s_other, s_server, 40)));
    }

    [Theory]
    [InlineData(DnsBytes.Aaaa, "192.0.2.7", "x.cdn own")]
    [InlineData(DnsBytes.A, "2001:db8::7", "x.cdn own")]
    [InlineData(DnsBytes.A, "192.0.2.7", "www.example own x.cdn own")]
    [InlineData(DnsBytes.Aaaa, "2001:db8::7", "www.example own x.cdn own")]
    [InlineData(DnsBytes.Cname, "192.0.2.7", "www.example own x.cdn own")]
    [InlineData(DnsBytes.Cname, "2001:db8::7", "www.example own x.cdn own")]
    public void An_alias_without_an_address_says_nothing_of_the_other_family(ushort asked, string address, string expected)
    {
        Learn(DnsBytes.Response("www.example", asked).Alias("www.example", "x.cdn"), 10);
        Learn(DnsBytes.Response("x.cdn").Address("x.cdn", address), 20);
        Assert.Equal(expected, string.Join(' ', Words(_book.Names(s_client, IpAddress.From(System.Net.IPAddress.Parse(address)), 40))));
    }

    [Fact]
    public void Queries_errors_and_nonsense_teach_nothing()
    {
        Learn(new DnsBytes(flags: 0x0100).Question("a", 1).Address("a", "192.0.2.7"), 0);
        Learn(new DnsBytes(flags: 0x8183).Question("a", 1).Address("a", "192.0.2.7"), 0);
        Learn(new DnsBytes(flags: 0xa180).Question("a", 1).Address("a", "192.0.2.7"), 0);
        Learn(new DnsBytes().Address("a", "192.0.2.7"), 0);
        DnsMessage.TryWrap([], out DnsMessage none);
        Assert.Equal(0, _book.Learn(none, s_client, 1, 1));
        Assert.Equal((0, 5L), (_book.Entries, _book.Ignored));
        Learn(DnsBytes.Response("a").Address("a", "0.0.0.0").Address("a", "255.255.255.255").Address("a", "ff02::1").Address("a", "::"), 0);
        Assert.Equal(0, _book.Entries);
    }

    [Theory]
    [InlineData("WWW.Example.", "www.example")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData("a\u001b[0mb", @"a\027\0910mb")]
    [InlineData("3com.example", "3com.example")]
    [InlineData("*.example", @"\042.example")]
    [InlineData("", null)]
    [InlineData(".", null)]
    [InlineData("a..b", null)]
    [InlineData(".a", null)]
    [InlineData("192.0.2.7", null)]
    [InlineData("[2001:db8::1]", null)]
    [InlineData("host:443", null)]
    public void Names_from_other_protocols_are_the_same_names(string written, string? expected)
    {
        Assert.Equal(expected is not null, _book.Learn(s_client, s_server, Encoding.Latin1.GetBytes(written), NameSource.Sni, 9, 100));
        Assert.Equal(expected is null ? [] : [expected], _book.Names(s_client, s_server, 200).Names.Select(n => n.Name));
    }

    [Fact]
    public void Names_too_long_are_none()
    {
        Assert.False(_book.Learn(s_client, s_server, Encoding.ASCII.GetBytes(new string('a', 64)), NameSource.Sni, 1, 1));
        string longest = string.Join('.', Enumerable.Repeat(new string('\u0001', 60), 4)) + ".aaaaaaaaa";
        Assert.True(_book.Learn(s_client, s_server, Encoding.ASCII.GetBytes(longest), NameSource.Sni, 1, 1));
        Assert.False(_book.Learn(s_client, s_server, Encoding.ASCII.GetBytes(longest + "a"), NameSource.Sni, 1, 1));
        Assert.False(_book.Learn(s_client, s_server, new byte[100_000], NameSource.HttpHost, 1, 1));
    }

    [Fact]
    public void A_name_from_two_sources_has_two_proofs_and_is_one_name()
    {
        Learn(DnsBytes.Response("a.example").Address("a.example", "192.0.2.7"), 10);
        _book.Learn(s_client, s_server, "A.example"u8, NameSource.HttpHost, 5, 20);
        PeerNames names = _book.Names(s_client, s_server, 30);
        Assert.Equal([NameSource.Dns, NameSource.HttpHost], names.Names.Select(n => n.Source));
        Assert.False(names.Shared);
        _book.Learn(s_other, s_server, "b.example"u8, NameSource.Sni, 6, 21);
        Assert.True(_book.Names(s_client, s_server, 30).Shared);
    }

    [Fact]
    public void What_is_in_use_stays_and_what_is_not_gives_way()
    {
        var book = new NameBook(new NameBookLimits(MaxEntries: 20), seed: 1);
        for (uint i = 0; i < 1000; i++)
        {
            book.Learn(s_client, IpAddress.V4(0xc0000000 + i), Encoding.ASCII.GetBytes("n" + i), NameSource.Sni, i, i);
            book.Use(s_client, IpAddress.V4(0xc0000000));
            Assert.True(book.Entries <= 20);
        }

        Assert.Single(book.Names(s_client, IpAddress.V4(0xc0000000), 0).Names);
        Assert.Same(PeerNames.None, book.Names(s_client, IpAddress.V4(0xc0000001), 0));
        Assert.Equal((2000L, 1980L), (book.Learned, book.Evicted));
    }

    [Fact]
    public void One_address_with_endless_names_is_bounded_and_marked()
    {
        for (uint i = 0; i < 5000; i++) _book.Learn(IpAddress.V4(i), s_server, Encoding.ASCII.GetBytes("n" + i), NameSource.Sni, i, i);
        PeerNames names = _book.Names(IpAddress.V4(4999), s_server, 0);
        Assert.Equal((64, true, true), (names.Names.Count, names.Shared, names.Incomplete));
        Assert.Equal("n4999", names.Names[0].Name);
        Assert.Equal(5000 - 64, _book.Replaced);
    }

    [Fact]
    public void Learning_again_what_is_known_allocates_nothing()
    {
        byte[] bytes = DnsBytes.Response("www.example").Alias("www.example", "edge.cdn").Address("edge.cdn", "192.0.2.7").ToArray();
        for (int i = 0; i < 100; i++) Repeat();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Repeat();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(4, _book.Entries);

        void Repeat()
        {
            DnsMessage.TryWrap(bytes, out DnsMessage message);
            _book.Learn(message, s_client, 1, 1);
        }
    }

    [Fact]
    public void Memory_is_bounded()
    {
        var book = new NameBook(new NameBookLimits(MaxEntries: int.MaxValue, MaxBytes: 1 << 20), seed: 1);
        for (uint i = 0; i < 20_000; i++)
        {
            book.Learn(IpAddress.V4(i), IpAddress.V4(0xc0000000 + i), Encoding.ASCII.GetBytes("host-" + i + ".example"), NameSource.Sni, i, i);
            Assert.True(book.Bytes <= 1 << 20);
        }

        Assert.True(book.Bytes > 900_000);
        Assert.Equal(book.Learned, book.Entries + book.Evicted);
        Assert.Equal(40_000, book.Learned);
    }

    [Fact]
    public void Times_at_the_ends_of_the_range_are_times()
    {
        Learn(DnsBytes.Response("a").Address("a", "192.0.2.7", ttl: int.MaxValue), long.MaxValue);
        Learn(DnsBytes.Response("a").Address("a", "192.0.2.7", ttl: int.MaxValue), long.MinValue);
        Assert.False(_book.Names(s_client, s_server, long.MaxValue).Names[0].PastTtl);
        Assert.Equal(long.MinValue, _book.Names(s_client, s_server, 0).Names[0].TimeNs);
    }

    private void Learn(DnsBytes message, long timeNs, IpAddress? client = null)
    {
        DnsMessage.TryWrap(message.ToArray(), out DnsMessage view);
        _book.Learn(view, client ?? s_client, ++_frame, timeNs);
    }

    private static IEnumerable<string> Words(PeerNames names) => names.Names.Select(n => n.Name + (n.SameClient ? " own" : " other"));
}
