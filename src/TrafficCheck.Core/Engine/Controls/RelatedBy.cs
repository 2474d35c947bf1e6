using TrafficCheck.Core.Recognition.Related;

namespace TrafficCheck.Core.Engine.Controls;

/// <summary>What ties a flow to its control connection: what announced it, or, for the last two, what lets it be inferred.</summary>
public enum RelatedBy : byte
{
    None,

    FtpActive, FtpPassive, Tftp, SipRtp, SipRtcp, SipMedia, RpcEndpoint, SunRpc, DnsTcp,

    /// <summary>The announcement was encrypted: the same two hosts, in the life of an FTPS control connection, a high port, and TLS from the first byte.</summary>
    FtpsData,

    /// <summary>To a port of <c>--ftp-passive-range</c>, in the life of an FTP control connection.</summary>
    FtpPassiveRange,
}

/// <summary>The words for them in reports.</summary>
public static class RelatedByExtensions
{
    private static readonly string[] s_words =
    [
        "", "ftp-active", "ftp-passive", "tftp", "sip-rtp", "sip-rtcp", "sip-media", "rpc-endpoint", "sunrpc", "dns-tcp", "ftps-data", "ftp-passive-range",
    ];

    public static string Word(this RelatedBy by) => s_words[(int)by];

    public static bool IsInferred(this RelatedBy by) => by is RelatedBy.FtpsData or RelatedBy.FtpPassiveRange;

    /// <summary><c>announced</c>; <c>announced-otherwise</c> when the message names another address than the flow has; <c>inferred</c>.</summary>
    public static string Grade(this RelatedBy by, bool isGuess) => by.IsInferred() ? "inferred" : isGuess ? "announced-otherwise" : "announced";

    internal static RelatedBy Of(ExpectationKind kind) => (RelatedBy)(kind + 1);
}
