using System.Text;
using CsCheck;
using TrafficCheck.Core.Recognition.Names;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Recognition.Names;

public sealed class NameBookModelTests
{
    private const string Seed = "0001HxNkzZp2";

    /// <summary>Few hosts and names, so that chains meet.</summary>
    private static readonly Gen<(int Client, int[] Chain, int[] Addresses, int Source, int WaitNs)[]> s_events = Gen.Select(
        Gen.Int[0, 3], Gen.Int[0, 7].ArrayUnique[1, 4], Gen.Int[0, 5].ArrayUnique[1, 3], Gen.Int[0, 3], Gen.Int[0, 9]).Array[1, 60];

    [Fact]
    public void Answers_are_those_of_a_list() => s_events.Sample(
        events =>
        {
            var (book, model, now) = Run(events, new NameBookLimits(), 1);
            Assert.Equal(0, book.Evicted + book.Replaced);
            for (int client = 0; client < 5; client++)
            {
                for (int address = 0; address < 6; address++)
                {
                    PeerNames names = book.Names(Client(client), Address(address), now / 2);
                    Assert.Equal(model.Names(Client(client), Address(address), now / 2), names.Names.Select(NameModel.Line));
                    Assert.Equal(model.IsShared(Address(address)), names.Shared);
                }
            }
        },
        seed: Seed, iter: 400);

    [Fact]
    public void A_small_book_forgets_but_invents_nothing_and_the_seed_decides_nothing() => Gen.Select(s_events, Gen.Int[1, 30], Gen.Int[500, 20_000]).Sample(
        (events, entries, bytes) =>
        {
            var limits = new NameBookLimits(entries, bytes) { MaxNamesPerClient = 3, MaxNamesPerAddress = 4 };
            var (book, model, now) = Run(events, limits, 1);
            var (again, _, _) = Run(events, limits, 99);
            Assert.Equal(book.Learned, book.Entries + book.Evicted + book.Replaced);
            Assert.Equal((book.Entries, book.Evicted, book.Replaced, book.Bytes), (again.Entries, again.Evicted, again.Replaced, again.Bytes));
            for (int client = 0; client < 4; client++)
            {
                for (int address = 0; address < 6; address++)
                {
                    List<NameProof> names = [.. book.Names(Client(client), Address(address), now).Names];
                    Assert.Equal(names.Select(NameModel.Line), again.Names(Client(client), Address(address), now).Names.Select(NameModel.Line));
                    var known = model.Names(Client(client), Address(address), now).Select(line => string.Join(' ', line.Split(' ').Take(2))).ToHashSet();
                    Assert.All(names, n => Assert.Contains($"{n.Name} {n.Source}", known));
                }
            }
        },
        seed: Seed, iter: 400);

    [Fact]
    public void What_gave_way_leaves_no_memory_behind() => s_events.Sample(
        events =>
        {
            var limits = new NameBookLimits(MaxEntries: 4) { MaxNamesPerClient = 3, MaxNamesPerAddress = 4 };
            NameBook book = Run(events, limits, 1).Book, fresh = new(limits, 1);
            foreach (NameBook each in new[] { book, fresh })
            {
                for (uint i = 0; i < 2; i++) each.Learn(Client(50), IpAddress.V4(100 + i), "last.example"u8, NameSource.Sni, 1000, long.MaxValue);
            }

            Assert.Equal((4, fresh.Bytes), (book.Entries, book.Bytes));
        },
        seed: Seed, iter: 200);

    private static (NameBook Book, NameModel Model, long Now) Run(
        (int Client, int[] Chain, int[] Addresses, int Source, int WaitNs)[] events, NameBookLimits limits, ulong seed)
    {
        var book = new NameBook(limits, seed);
        var model = new NameModel();
        long now = 0, frame = 0;
        foreach (var (client, chain, addresses, source, waitNs) in events)
        {
            now += waitNs;
            frame++;
            string[] names = [.. chain.Select(n => $"n{n}.example")];
            if (source is 2 or 3)
            {
                book.Learn(Client(client), Address(addresses[0]), Encoding.ASCII.GetBytes(names[0]), (NameSource)(source - 1), frame, now);
                model.Add(new(Client(client), [names[0]], Address(addresses[0]), (NameSource)(source - 1), frame, now));
            }
            else
            {
                DnsBytes message = DnsBytes.Response(names[0]);
                for (int i = 1; i < names.Length; i++) message.Alias(names[i - 1], names[i]);
                foreach (int address in addresses)
                {
                    message.Address(names[^1], Address(address).ToString());
                    model.Add(new(Client(client), names, Address(address), NameSource.Dns, frame, now));
                }

                DnsMessage.TryWrap(message.ToArray(), out DnsMessage view);
                book.Learn(view, Client(client), frame, now);
            }

            Assert.True(book.Entries <= limits.MaxEntries && book.Bytes <= limits.MaxBytes);
        }

        return (book, model, now);
    }

    private static IpAddress Client(int client) => IpAddress.V4(0x0a000001 + (uint)client);

    private static IpAddress Address(int address) => (address & 1) == 0 ? IpAddress.V4(0xc0000201 + (uint)address) : IpAddress.V6(0x20010db8_00000000, (uint)address);
}
