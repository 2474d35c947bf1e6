using System.Buffers.Binary;

namespace TrafficCheck.Core.Recognition.Names;

/// <summary>
/// View of one DNS message (RFC 1035 section 4). Never throws, allocates nothing, reads each byte a bounded number of times. It reads what the
/// bytes say; whether they are DNS at all, multicast DNS or LLMNR is for the caller to know from ports.
/// </summary>
public readonly ref struct DnsMessage
{
    public const int HeaderLength = 12;

    private const int IdAt = 0, FlagsAt = 2, QuestionsAt = 4, AnswersAt = 6, AuthorityAt = 8, AdditionalAt = 10, TypeAndClass = 4;

    private readonly int _questionType, _recordsAt;

    private DnsMessage(ReadOnlySpan<byte> bytes, int questionType, int recordsAt)
    {
        Bytes = bytes;
        _questionType = questionType;
        _recordsAt = recordsAt;
    }

    public ushort Id => Field(IdAt);

    /// <summary>QR: the message answers.</summary>
    public bool IsResponse => (Flags & 0x8000) != 0;

    public int Opcode => (Flags >> 11) & 0xf;

    /// <summary>TC: the answer did not fit, the client asks again over TCP.</summary>
    public bool Truncated => (Flags & 0x0200) != 0;

    /// <summary>RCODE: 0 no error, 3 no such name.</summary>
    public int ResponseCode => Flags & 0xf;

    public int Questions => Field(QuestionsAt);

    public int Answers => CountOf(DnsSection.Answer);

    /// <summary>Whether the first question was there to be read; <see cref="ReadQuestion"/> and <see cref="QuestionType"/> speak of it.</summary>
    public bool HasQuestion => !Bytes.IsEmpty && _questionType >= 0;

    public DnsRecordType QuestionType => (DnsRecordType)Math.Max(_questionType, 0);

    internal ReadOnlySpan<byte> Bytes { get; }

    private ushort Flags => Field(FlagsAt);

    /// <summary>A message as a datagram carries it.</summary>
    /// <returns>
    /// <see cref="DnsStatus.Whole"/> when header and questions could be read (records say of themselves how far they could be);
    /// <see cref="DnsStatus.Cut"/> with a message whose header is there, or with one that is empty and without records when even that is not.
    /// </returns>
    public static DnsStatus TryWrap(ReadOnlySpan<byte> bytes, out DnsMessage message)
    {
        message = default;
        if (bytes.Length < HeaderLength) return DnsStatus.Cut;
        if (bytes.Length > ushort.MaxValue) bytes = bytes[..ushort.MaxValue];
        int questions = BinaryPrimitives.ReadUInt16BigEndian(bytes[QuestionsAt..]), at = HeaderLength, type = -1;
        for (int i = 0; i < questions; i++)
        {
            DnsStatus status = DnsName.Skip(bytes, at, out int next);
            if (status == DnsStatus.Whole && next + TypeAndClass > bytes.Length) status = DnsStatus.Cut;
            if (status != DnsStatus.Whole)
            {
                message = new(bytes, type, -1);
                return status;
            }

            if (i == 0) type = BinaryPrimitives.ReadUInt16BigEndian(bytes[next..]);
            at = next + TypeAndClass;
        }

        message = new(bytes, type, at);
        return DnsStatus.Whole;
    }

    /// <summary>The first message of a TCP stream, behind its length (RFC 1035 section 4.2.2).</summary>
    /// <param name="consumed">Bytes of the stream up to the next message; 0 when this one goes on behind <paramref name="stream"/>.</param>
    public static DnsStatus TryWrapTcp(ReadOnlySpan<byte> stream, out DnsMessage message, out int consumed)
    {
        message = default;
        consumed = 0;
        if (stream.Length < 2) return DnsStatus.Cut;
        int length = BinaryPrimitives.ReadUInt16BigEndian(stream);
        if (length < HeaderLength) return DnsStatus.Invalid;
        stream = stream[2..];
        if (length > stream.Length)
        {
            DnsStatus cut = TryWrap(stream, out message);
            return cut == DnsStatus.Whole ? DnsStatus.Cut : cut;
        }

        consumed = length + 2;
        DnsStatus status = TryWrap(stream[..length], out message);

        // The stream holds all that the length announces: nothing more will come.
        return status == DnsStatus.Cut ? DnsStatus.Invalid : status;
    }

    /// <summary>The name of the first question as <see cref="DnsRecord.ReadOwner"/> writes names.</summary>
    public DnsStatus ReadQuestion(Span<char> text, out int written)
    {
        written = 0;
        return HasQuestion ? DnsName.Read(Bytes, HeaderLength, text, out written) : DnsStatus.Cut;
    }

    /// <summary>The records of all sections, in the order of the message.</summary>
    public DnsRecords Records => new(this, Bytes.IsEmpty ? -1 : _recordsAt);

    internal int CountOf(DnsSection section) =>
        Field(section switch { DnsSection.Answer => AnswersAt, DnsSection.Authority => AuthorityAt, _ => AdditionalAt });

    /// <summary>A field of the header; 0 for a message that was never there.</summary>
    private ushort Field(int offset) => Bytes.IsEmpty ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(Bytes[offset..]);
}
