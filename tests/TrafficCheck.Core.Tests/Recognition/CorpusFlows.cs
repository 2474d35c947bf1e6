using System.Net;
using System.Text;
using TrafficCheck.Capture;
using TrafficCheck.Core.Recognition;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Recognition;

/// <summary>What the first payload of each direction of each flow of a capture shows; a flow is one pair of sockets for the whole file.</summary>
internal sealed class CorpusFlows
{
    /// <summary>The payload of the direction from a socket to another.</summary>
    private readonly Dictionary<(byte Protocol, IPEndPoint From, IPEndPoint To), RecognizedApplication> _directions = [];

    /// <summary>Names in hellos of QUIC clients.</summary>
    public List<string> QuicNames { get; } = [];

    /// <summary>Later payloads of a direction that surely show another application or role than its first one.</summary>
    public List<string> LaterDisagreements { get; } = [];

    public int LaterAgreements { get; private set; }

    /// <summary>Flows in order of their first payload: the surer of the two directions each.</summary>
    public IEnumerable<RecognizedApplication> Flows()
    {
        foreach (var (key, seen) in _directions)
        {
            bool hasOther = _directions.TryGetValue((key.Protocol, key.To, key.From), out RecognizedApplication other);
            if (hasOther && (other.Confidence > seen.Confidence || (other.Confidence == seen.Confidence && string.CompareOrdinal(key.From.ToString(), key.To.ToString()) > 0))) continue;
            yield return seen;
        }
    }

    /// <summary>Pairs of directions that name two applications, or the same role for both ends, both surely.</summary>
    public IEnumerable<string> Contradictions()
    {
        foreach (var (key, seen) in _directions)
        {
            if (seen.Confidence != RecognitionConfidence.Payload || !_directions.TryGetValue((key.Protocol, key.To, key.From), out RecognizedApplication other)) continue;
            if (other.Confidence != RecognitionConfidence.Payload || string.CompareOrdinal(key.From.ToString(), key.To.ToString()) > 0) continue;
            if (other.Application != seen.Application && (seen.Application, other.Application) is not ((Application.Hkp, Application.Http) or (Application.Http, Application.Hkp))) yield return $"{ApplicationNames.Of(seen.Application)} and {ApplicationNames.Of(other.Application)} {key.From} {key.To}";
            else if (other.Sender == seen.Sender && seen.Sender != SenderRole.Unknown) yield return $"two {seen.Sender}s of {ApplicationNames.Of(seen.Application)} {key.From} {key.To}";
        }
    }

    /// <summary>Which socket the payload of a flow shows to be the client, surely: 1 the first, 2 the second, 0 neither, 3 both.</summary>
    public int ClientOf(byte protocol, IPEndPoint first, IPEndPoint second)
    {
        SenderRole one = SureRole(protocol, first, second), two = SureRole(protocol, second, first);
        return (one == SenderRole.Client || two == SenderRole.Server ? 1 : 0) | (two == SenderRole.Client || one == SenderRole.Server ? 2 : 0);
    }

    /// <summary>What a capture that began later would have taken for the first payload.</summary>
    private void Compare(in RecognizedApplication first, in RecognizedApplication later)
    {
        if (first.Confidence != RecognitionConfidence.Payload || later.Confidence != RecognitionConfidence.Payload) return;
        if (first.Application != later.Application) LaterDisagreements.Add($"{ApplicationNames.Of(first.Application)}, then {ApplicationNames.Of(later.Application)}");
        else if (first.Sender != later.Sender && first.Sender != SenderRole.Unknown && later.Sender != SenderRole.Unknown) LaterDisagreements.Add($"{ApplicationNames.Of(first.Application)}, other role");
        else LaterAgreements++;
    }

    private SenderRole SureRole(byte protocol, IPEndPoint from, IPEndPoint to) =>
        _directions.TryGetValue((protocol, from, to), out RecognizedApplication seen) && seen.Confidence == RecognitionConfidence.Payload ? seen.Sender : SenderRole.Unknown;

    public static CorpusFlows Read(string file)
    {
        var flows = new CorpusFlows();
        using var set = new CaptureSet([new CaptureInput(file)]);
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            foreach (FrameDescriptor frame in batch.Frames.Slice(start, count)) flows.Add(batch.Block.Slice(frame.Offset, frame.CapturedLength), frame.LinkType);
        }

        return flows;
    }

    private unsafe void Add(ReadOnlySpan<byte> frame, LinkType linkType)
    {
        var buffer = new byte[frame.Length + FrameBatch.Slack];
        frame.CopyTo(buffer);
        fixed (byte* bytes = buffer)
        {
            DecodeStatus status = FrameDecoder.Decode(bytes, frame.Length, linkType, out PacketSummary packet);
            if (status != DecodeStatus.Decoded || packet.PayloadLength == 0 || packet.Protocol is not (Sample.Tcp or Sample.Udp)) return;
            int size = packet.Version == 4 ? 4 : 16;
            var from = new IPEndPoint(new IPAddress(new ReadOnlySpan<byte>(packet.Addresses, size)), packet.SourcePort);
            var to = new IPEndPoint(new IPAddress(new ReadOnlySpan<byte>(packet.Addresses + size, size)), packet.DestinationPort);
            ApplicationRecognizer.TryRecognize(new ReadOnlySpan<byte>(packet.Payload, packet.PayloadLength), packet.Protocol, packet.SourcePort, packet.DestinationPort, out RecognizedApplication seen);
            if (_directions.TryGetValue((packet.Protocol, from, to), out RecognizedApplication first))
            {
                Compare(first, seen);
                return;
            }

            Span<byte> name = stackalloc byte[TlsHelloReader.MaxNameLength], protocol = stackalloc byte[TlsHelloReader.MaxNameLength];
            if (seen.Application == Application.Quic && QuicInitial.TryReadClientHello(new ReadOnlySpan<byte>(packet.Payload, packet.PayloadLength), name, protocol, out TlsHello hello))
                QuicNames.Add(Encoding.ASCII.GetString(name[..hello.ServerNameLength]) + "/" + Encoding.ASCII.GetString(protocol[..hello.ProtocolLength]));
            _directions.Add((packet.Protocol, from, to), seen);
        }
    }
}
