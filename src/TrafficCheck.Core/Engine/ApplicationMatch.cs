using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Compares the application that a row of a matrix asks for with the one that a flow speaks. The rules, first that applies:
/// <list type="table">
/// <item><term>seen is unknown</term><description>cannot tell</description></item>
/// <item><term>seen is unrecognized</term><description>no when the start was seen and the row asks for a protocol whose first bytes cannot be
/// missed (tls, ftps-implicit, http, ssh, ldap, smb, rdp); else cannot tell</description></item>
/// <item><term>the same, or a form of it</term><description>yes: http for hkp and http2; tls for quic; ldap for cldap; smb and
/// netbios-session for each other, because one opens the other on port 139</description></item>
/// <item><term>ftp</term><description>ftp yes, but no once TLS is asked for: that is ftps-explicit</description></item>
/// <item><term>ftps-explicit</term><description>ftp yes when TLS is asked for or agreed to, no when the client logs on without, else cannot tell</description></item>
/// <item><term>ftps-implicit</term><description>tls yes (what is inside cannot be seen)</description></item>
/// <item><term>tls on a row of a protocol that may switch to TLS</term><description>cannot tell when the start was not seen, except for ftp, which
/// would then be ftps-explicit: no</description></item>
/// <item><term>seen is only a pattern</term><description>cannot tell: too weak to accuse</description></item>
/// <item><term>a word not known here</term><description>cannot tell</description></item>
/// <item><term>else</term><description>no</description></item>
/// </list>
/// </summary>
public static class ApplicationMatch
{
    /// <summary>Answers for one row.</summary>
    /// <param name="rowWord">The application of the row: a name of <see cref="ApplicationNames"/>, <c>ftps-explicit</c> or <c>ftps-implicit</c>.</param>
    /// <param name="seen">What the flow speaks: both directions, joined (<see cref="RecognizedApplication.Join"/>).</param>
    /// <param name="startSeen">Whether the first payload bytes of the conversation were among those looked at; not so in mid-stream.</param>
    public static ApplicationAnswer Answer(string rowWord, in RecognizedApplication seen, bool startSeen)
    {
        var application = seen.Application;
        if (application == Application.Unknown) return ApplicationAnswer.CannotTell;
        if (application == Application.Unrecognized)
            return startSeen && CannotBeMissed(rowWord) ? ApplicationAnswer.No : ApplicationAnswer.CannotTell;
        bool asksForTls = (seen.Marks & (SpeechMarks.TlsRequested | SpeechMarks.TlsAccepted)) != 0;
        bool isKnown = true, fits;
        switch (rowWord)
        {
            case "ftp":
                if (application == Application.Ftp && asksForTls) return ApplicationAnswer.No;
                fits = application == Application.Ftp;
                break;
            case "ftps-explicit":
                if (application == Application.Ftp)
                    return asksForTls ? ApplicationAnswer.Yes : (seen.Marks & SpeechMarks.PlainLogin) != 0 ? ApplicationAnswer.No : ApplicationAnswer.CannotTell;
                fits = false;
                break;
            case "ftps-implicit":
                fits = application == Application.Tls;
                break;
            case "http":
                fits = application is Application.Http or Application.Http2 or Application.Hkp;
                break;
            case "tls":
                fits = application is Application.Tls or Application.Quic;
                break;
            case "ldap":
                fits = application is Application.Ldap or Application.Cldap;
                break;
            case "smb" or "netbios-session":
                fits = application is Application.Smb or Application.NetbiosSession;
                break;
            default:
                isKnown = ApplicationNames.TryParse(rowWord, out Application asked);
                fits = isKnown && asked == application;
                break;
        }

        if (fits) return ApplicationAnswer.Yes;
        if (!isKnown || seen.Confidence < RecognitionConfidence.Payload) return ApplicationAnswer.CannotTell;
        return application == Application.Tls && !startSeen && MaySwitch(rowWord) ? ApplicationAnswer.CannotTell : ApplicationAnswer.No;
    }

    private static bool CannotBeMissed(string rowWord) => rowWord is "tls" or "ftps-implicit" or "http" or "ssh" or "ldap" or "smb" or "rdp";

    /// <summary>Protocols that begin in the clear and go on in TLS, or in a tunnel (HTTP CONNECT).</summary>
    private static bool MaySwitch(string rowWord) => rowWord is "ftps-explicit" or "smtp" or "ldap" or "http" or "imap" or "pop3" or "rdp" or "mysql" or "postgresql" or "mssql";
}
