using System.Buffers.Binary;

namespace TrafficCheck.Core.Recognition.Names;

/// <summary>Walks over the records of a message; linear in its bytes whatever its header announces.</summary>
public ref struct DnsRecords
{
    private const int ClassAt = 2, TtlAt = 4, LengthAt = 8, FixedLength = 10;

    private readonly DnsMessage _message;
    private int _at;
    private int _left;
    private DnsSection _section;

    internal DnsRecords(DnsMessage message, int at)
    {
        _message = message;
        _at = at;
        _left = message.CountOf(DnsSection.Answer);
        Status = at < 0 ? DnsStatus.Cut : DnsStatus.Whole;
    }

    public DnsRecord Current { get; private set; }

    /// <summary>Once <see cref="MoveNext"/> returned false: whether all announced records were there.</summary>
    public DnsStatus Status { get; private set; }

    public bool MoveNext()
    {
        if (Status != DnsStatus.Whole) return false;
        while (_left == 0)
        {
            if (_section == DnsSection.Additional) return false;
            _section++;
            _left = _message.CountOf(_section);
        }

        ReadOnlySpan<byte> bytes = _message.Bytes;
        Status = DnsName.Skip(bytes, _at, out int data);
        if (Status != DnsStatus.Whole) return false;
        if (data + FixedLength > bytes.Length) return End();
        ReadOnlySpan<byte> head = bytes.Slice(data, FixedLength);
        int length = BinaryPrimitives.ReadUInt16BigEndian(head[LengthAt..]);
        if (data + FixedLength + length > bytes.Length) return End();
        Current = new(
            bytes, _at, _section, (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(head),
            BinaryPrimitives.ReadUInt16BigEndian(head[ClassAt..]), BinaryPrimitives.ReadUInt32BigEndian(head[TtlAt..]), data + FixedLength, length);
        _at = data + FixedLength + length;
        _left--;
        return true;
    }

    private bool End()
    {
        Status = DnsStatus.Cut;
        return false;
    }
}
