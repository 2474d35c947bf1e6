using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace TrafficCheck.Core.Tests.Recognition.Names;

/// <summary>Writes DNS messages by hand. Names are dotted ASCII; <c>@n</c> in a name is a pointer to offset n.</summary>
internal sealed class DnsBytes
{
    public const ushort A = 1, Ns = 2, Cname = 5, Aaaa = 28, Https = 65;

    private readonly List<byte> _bytes = [];
    private readonly ushort[] _counts = new ushort[4];

    public DnsBytes(ushort flags = 0x8180, ushort id = 7)
    {
        U16(id);
        U16(flags);
        for (int i = 0; i < 4; i++) U16(0);
    }

    public int Length => _bytes.Count;

    public static DnsBytes Response(string question, ushort type = A) => new DnsBytes().Question(question, type);

    public DnsBytes Question(string name, ushort type)
    {
        Raw(Name(name));
        U16(type);
        U16(1);
        _counts[0]++;
        return this;
    }

    public DnsBytes Record(string owner, ushort type, byte[] data, uint ttl = 300, int section = 1, ushort recordClass = 1)
    {
        Raw(Name(owner));
        U16(type);
        U16(recordClass);
        U16((ushort)(ttl >> 16));
        U16((ushort)ttl);
        U16((ushort)data.Length);
        Raw(data);
        _counts[section]++;
        return this;
    }

    public DnsBytes Address(string owner, string address, uint ttl = 300, int section = 1)
    {
        byte[] bytes = IPAddress.Parse(address).GetAddressBytes();
        return Record(owner, bytes.Length == 4 ? A : Aaaa, bytes, ttl, section);
    }

    public DnsBytes Alias(string owner, string target, uint ttl = 300) => Record(owner, Cname, Name(target), ttl);

    public DnsBytes Service(string owner, ushort priority, string target, params (ushort Key, byte[] Value)[] parameters)
    {
        var data = new List<byte> { (byte)(priority >> 8), (byte)priority };
        data.AddRange(Name(target));
        foreach ((ushort key, byte[] value) in parameters)
            data.AddRange([(byte)(key >> 8), (byte)key, (byte)(value.Length >> 8), (byte)value.Length, .. value]);
        return Record(owner, Https, [.. data]);
    }

    public DnsBytes Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public DnsBytes Count(int section, ushort count)
    {
        _counts[section] = count;
        return this;
    }

    public byte[] ToArray()
    {
        byte[] all = [.. _bytes];
        for (int i = 0; i < 4; i++) BinaryPrimitives.WriteUInt16BigEndian(all.AsSpan(4 + (2 * i)), _counts[i]);
        return all;
    }

    public byte[] ToTcp()
    {
        byte[] all = ToArray();
        return [(byte)(all.Length >> 8), (byte)all.Length, .. all];
    }

    public static byte[] Name(string name)
    {
        var bytes = new List<byte>();
        foreach (string label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (label[0] == '@')
            {
                int target = int.Parse(label.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
                return [.. bytes, (byte)(0xc0 | (target >> 8)), (byte)target];
            }

            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.Latin1.GetBytes(label));
        }

        return [.. bytes, 0];
    }

    private void U16(ushort value) => Raw((byte)(value >> 8), (byte)value);
}
