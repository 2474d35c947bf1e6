using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Cli.Tests.Seed;

/// <summary>A small capture, and the conversation in it that the outcome is about.</summary>
internal sealed class SeedCase
{
    private SeedCase(string what, byte transport, (string Address, ushort Port) client, (string Address, ushort Port) server, IReadOnlyList<TimedFrame> frames)
    {
        What = what;
        Transport = transport;
        Client = client;
        Server = server;
        Frames = frames;
    }

    /// <summary>One phrase for the table of outcomes.</summary>
    public string What { get; }

    public byte Transport { get; }

    public (string Address, ushort Port) Client { get; }

    public (string Address, ushort Port) Server { get; }

    /// <summary>All frames by time.</summary>
    public IReadOnlyList<TimedFrame> Frames { get; }

    /// <param name="around">What else the capture holds: name lookups, a control connection.</param>
    public static SeedCase Of(string what, TcpConversation flow, params IEnumerable<TimedFrame>[] around) =>
        new(what, 6, (flow.Client, flow.ClientPort), (flow.Server, flow.ServerPort), TimedFrame.Merge([flow.Frames, .. around]));

    /// <inheritdoc cref="Of(string, TcpConversation, IEnumerable{TimedFrame}[])"/>
    public static SeedCase Of(string what, UdpExchange flow, params IEnumerable<TimedFrame>[] around) =>
        new(what, 17, (flow.Client, flow.ClientPort), (flow.Server, flow.ServerPort), TimedFrame.Merge([flow.Frames, .. around]));

    /// <summary>Whether the client is the protected host.</summary>
    public bool ClientIs(string host) => Client.Address == host;

    public bool IsIn(FrameHeaders frame) =>
        frame.Transport == Transport && ((frame.Source == Client && frame.Destination == Server) || (frame.Source == Server && frame.Destination == Client));

    public bool IsIn(in FlowRow flow)
    {
        if (flow.Transport != Transport) return false;
        var initiator = (flow.Initiator.ToString(), flow.InitiatorPort ?? 0);
        var responder = (flow.Responder.ToString(), flow.ResponderPort ?? 0);
        return (initiator == Client && responder == Server) || (initiator == Server && responder == Client);
    }
}

/// <summary>One row of the vendor's table, and the captures that show when it answers.</summary>
/// <param name="Host">The protected host of the row's table.</param>
/// <param name="Answers">Here the row answers, with those that nothing in the table tells from it: the expected outcome.</param>
/// <param name="Neighbour">Here another row answers, or none.</param>
/// <param name="CannotTell">Here evidence is missing.</param>
/// <param name="Weaker">Rows that may answer when evidence is lost, because they allow the port to any peer; empty for none but the row's own.</param>
internal sealed record SeedRow(
    string Id, string Host, (string Outcome, SeedCase Case) Answers, (string Outcome, SeedCase Case) Neighbour, (string Outcome, SeedCase Case) CannotTell,
    string Weaker = "");
