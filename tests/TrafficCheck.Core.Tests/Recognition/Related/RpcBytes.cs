using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace TrafficCheck.Core.Tests.Recognition.Related;

/// <summary>Replies of the endpoint mapper, calls and replies of a portmapper, written by hand.</summary>
internal static class RpcBytes
{
    public static byte[] MapReply(int width, bool little, params byte[][] towers)
    {
        var stub = new List<byte>(new byte[20]);
        void U32(uint value)
        {
            byte[] bytes = BitConverter.GetBytes(value);
            stub.AddRange(little ? bytes : bytes.Reverse());
        }

        void Count(uint value)
        {
            if (width == 8 && !little) U32(0);
            U32(value);
            if (width == 8 && little) U32(0);
        }

        U32((uint)towers.Length);
        Count((uint)Math.Max(4, towers.Length));
        Count(0);
        Count((uint)towers.Length);
        for (uint i = 0; i < towers.Length; i++) Count(0x20000 + i);
        foreach (byte[] tower in towers)
        {
            while (stub.Count % width != 0) stub.Add(0);
            Count((uint)tower.Length);
            U32((uint)tower.Length);
            stub.AddRange(tower);
        }

        while (stub.Count % 4 != 0) stub.Add(0);
        U32(0);
        var pdu = new byte[24 + stub.Count];
        pdu[0] = 5;
        pdu[2] = 2;
        pdu[3] = 3;
        pdu[4] = little ? (byte)0x10 : (byte)0;
        if (little) BinaryPrimitives.WriteUInt16LittleEndian(pdu.AsSpan(8), (ushort)pdu.Length);
        else BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(8), (ushort)pdu.Length);
        stub.CopyTo(pdu, 24);
        return pdu;
    }

    public static byte[] Tower(int port, string address = "192.0.2.7", byte rpc = 0x0b, byte transport = 7)
    {
        byte[] uuid = [0x0d, .. Enumerable.Range(1, 18).Select(i => (byte)i)];
        return
        [
            5, 0,
            .. Side(uuid), .. Side([0, 0]), .. Side(uuid), .. Side([0, 0]), .. Side([rpc]), .. Side([0, 0]),
            .. Side([transport]), .. Side([(byte)(port >> 8), (byte)port]), .. Side([9]), .. Side(IPAddress.Parse(address).GetAddressBytes()),
        ];
    }

    public static byte[] PortmapCall(uint xid, uint version, object transport, uint procedure = 3, uint program = 100000)
    {
        uint[] head = [xid, 0, 2, program, version, procedure, 1, 8, 1, 2, 0, 0, 100003, 3];
        byte[] tail = transport is string netid ? [.. Text(netid), .. Text(""), .. Text("")] : [.. Word((uint)(int)transport), .. Word(0)];
        return [.. head.SelectMany(Word), .. tail];
    }

    public static byte[] PortmapReply(uint xid, object result)
    {
        uint[] head = [xid, 1, 0, 0, 0, 0];
        return [.. head.SelectMany(Word), .. result is string address ? Text(address) : Word((uint)(int)result)];
    }

    public static byte[] InRecord(byte[] message) => [.. Word(0x8000_0000 | (uint)message.Length), .. message];

    private static byte[] Side(byte[] bytes) => [(byte)bytes.Length, 0, .. bytes];

    private static byte[] Word(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static byte[] Text(string text) => [.. Word((uint)text.Length), .. Encoding.ASCII.GetBytes(text), .. new byte[-text.Length & 3]];
}
