using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Names;

/// <summary>
/// What one response says: the chain of names from the question over its aliases, and the addresses at its names. Reuses its buffers. Records
/// of names that are not on the chain are no answer to the question and count as <see cref="Strays"/>.
/// </summary>
internal sealed class AnswerReader
{
    public const int MaxChain = 16, MaxAddresses = 256;

    private const int MaxAliases = 32, Size = DnsName.MaxText;

    private readonly char[] _chain = new char[MaxChain * Size], _aliases = new char[2 * MaxAliases * Size];
    private readonly char[] _scratch = new char[Size], _owner = new char[Size];
    private readonly int[] _chainLengths = new int[MaxChain], _aliasLengths = new int[2 * MaxAliases];
    private readonly FoundAddress[] _addresses = new FoundAddress[MaxAddresses];
    private int _aliasCount, _addressCount;

    /// <summary>An address and the step of the chain that has it.</summary>
    public readonly record struct FoundAddress(IpAddress Address, byte Step, uint TtlSeconds);

    public int ChainLength { get; private set; }

    public ReadOnlySpan<FoundAddress> Addresses => _addresses.AsSpan(0, _addressCount);

    public DnsRecordType QuestionType { get; private set; }

    /// <summary>Address records that no alias leads to, and what is beyond the limits.</summary>
    public int Strays { get; private set; }

    public ReadOnlySpan<char> Name(int step) => _chain.AsSpan(step * Size, _chainLengths[step]);

    /// <returns>False when the response has no question that could be read.</returns>
    public bool Read(in DnsMessage response)
    {
        ChainLength = _aliasCount = _addressCount = Strays = 0;
        QuestionType = response.QuestionType;
        if (response.ReadQuestion(_scratch, out int written) != DnsStatus.Whole || written == 0) return false;
        CollectAliases(response);
        FollowAliases(ServedName(_scratch.AsSpan(0, written)));
        CollectAddresses(response);
        return true;
    }

    /// <summary>
    /// The host behind the name of a service binding on a port of its own, <c>_8443._https.host</c> (RFC 9460 section 2.3). Only the question can
    /// have that form: its aliases are hosts.
    /// </summary>
    private ReadOnlySpan<char> ServedName(ReadOnlySpan<char> question)
    {
        if (QuestionType is not (DnsRecordType.Svcb or DnsRecordType.Https)) return question;
        ReadOnlySpan<char> name = question;
        while (name.StartsWith("_") && name.IndexOf('.') is > 0 and int dot) name = name[(dot + 1)..];
        return name.StartsWith("_") ? question : name;
    }

    /// <summary>A chain of one name that another protocol showed.</summary>
    public void Take(ReadOnlySpan<char> name)
    {
        ChainLength = _aliasCount = _addressCount = Strays = 0;
        Append(name);
    }

    private void CollectAliases(in DnsMessage response)
    {
        DnsRecords records = response.Records;
        while (records.MoveNext())
        {
            DnsRecord record = records.Current;
            if (record.Section != DnsSection.Answer) return;
            if (record.Type is not (DnsRecordType.Cname or DnsRecordType.Https or DnsRecordType.Svcb)) continue;
            if (_aliasCount == MaxAliases)
            {
                Strays++;
                continue;
            }

            int slot = 2 * _aliasCount;
            if (!record.TryReadTarget(Alias(slot + 1), out _aliasLengths[slot + 1])) continue;
            if (record.ReadOwner(_owner, out int length) != DnsStatus.Whole) continue;
            ReadOnlySpan<char> served = ServedName(_owner.AsSpan(0, length));
            served.CopyTo(Alias(slot));
            _aliasLengths[slot] = served.Length;
            _aliasCount++;
        }
    }

    private Span<char> Alias(int slot) => _aliases.AsSpan(slot * Size, Size);

    private void FollowAliases(ReadOnlySpan<char> question)
    {
        Append(question);
        for (bool found = true; found && ChainLength < MaxChain;)
        {
            found = false;
            for (int i = 0; i < _aliasCount && !found; i++)
            {
                if (!Name(ChainLength - 1).SequenceEqual(Alias(2 * i)[.._aliasLengths[2 * i]])) continue;
                ReadOnlySpan<char> target = Alias((2 * i) + 1)[.._aliasLengths[(2 * i) + 1]];

                // Aliases in a circle lead nowhere.
                if (StepOf(target) >= 0) continue;
                Append(target);
                found = true;
            }
        }
    }

    private void Append(ReadOnlySpan<char> name)
    {
        name.CopyTo(_chain.AsSpan(ChainLength * Size));
        _chainLengths[ChainLength++] = name.Length;
    }

    private int StepOf(ReadOnlySpan<char> name)
    {
        for (int step = 0; step < ChainLength; step++)
        {
            if (Name(step).SequenceEqual(name)) return step;
        }

        return -1;
    }

    private void CollectAddresses(in DnsMessage response)
    {
        Span<IpAddress> addresses = stackalloc IpAddress[16];
        DnsRecords records = response.Records;
        while (records.MoveNext())
        {
            DnsRecord record = records.Current;

            // The authority section speaks of other servers; the additional one holds addresses of aliases that service bindings name.
            if (record.Section == DnsSection.Authority) continue;
            int count = record.ReadAddresses(addresses);
            if (count == 0) continue;
            int step = record.ReadOwner(_scratch, out int length) == DnsStatus.Whole ? StepOf(ServedName(_scratch.AsSpan(0, length))) : -1;
            if (step >= 0 && record.Type is DnsRecordType.Https or DnsRecordType.Svcb) step = StepOfTarget(record, step);
            for (int i = 0; i < count; i++)
            {
                // What an additional record has to say was not asked for.
                if (step < 0 || _addressCount == MaxAddresses) Strays += record.Section == DnsSection.Answer ? 1 : 0;
                else if (!AddressKind.CannotInitiate(addresses[i])) _addresses[_addressCount++] = new(addresses[i], (byte)step, record.TtlSeconds);
            }
        }
    }

    /// <summary>Hints are addresses of the target; one that is off the chain still serves the owner.</summary>
    private int StepOfTarget(in DnsRecord record, int ownerStep) =>
        record.TryReadTarget(_scratch, out int length) && StepOf(_scratch.AsSpan(0, length)) is >= 0 and int step ? step : ownerStep;
}
