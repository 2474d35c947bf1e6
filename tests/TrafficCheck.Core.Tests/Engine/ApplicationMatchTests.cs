using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>The table of answers: y yes, n no, ? cannot tell; the first letter when the start of the conversation was seen, the second in mid-stream.</summary>
public sealed class ApplicationMatchTests
{
    private static readonly string[] s_words = ["ftp", "ftps-explicit", "ftps-implicit", "ssh", "http", "tls", "smtp", "ldap", "dns", "ntp", "snmp", "syslog", "smb", "imap", "xyz"];

    private static readonly (string Seen, RecognizedApplication Value, string Answers)[] s_table =
    [
        // seen                      ftp expl impl ssh http tls smtp ldap dns ntp snmp sysl smb imap xyz
        ("unknown", Sure(Application.Unknown), "?? ?? ?? ?? ?? ?? ?? ?? ?? ?? ?? ?? ?? ?? ??"),
        ("unrecognized", Sure(Application.Unrecognized), "?? ?? n? n? n? n? ?? n? ?? ?? ?? ?? n? ?? ??"),
        ("ftp", Sure(Application.Ftp), "yy ?? nn nn nn nn nn nn nn nn nn nn nn nn ??"),
        ("ftp, logged on", Sure(Application.Ftp, SpeechMarks.PlainLogin), "yy nn nn nn nn nn nn nn nn nn nn nn nn nn ??"),
        ("ftp, AUTH TLS", Sure(Application.Ftp, SpeechMarks.TlsRequested), "nn yy nn nn nn nn nn nn nn nn nn nn nn nn ??"),
        ("ftp, 234", Sure(Application.Ftp, SpeechMarks.TlsAccepted), "nn yy nn nn nn nn nn nn nn nn nn nn nn nn ??"),
        ("tls", Sure(Application.Tls), "nn n? yy nn n? yy n? n? nn nn nn nn nn n? ??"),
        ("quic", Sure(Application.Quic), "nn nn nn nn nn yy nn nn nn nn nn nn nn nn ??"),
        ("http", Sure(Application.Http), "nn nn nn nn yy nn nn nn nn nn nn nn nn nn ??"),
        ("http2", Sure(Application.Http2), "nn nn nn nn yy nn nn nn nn nn nn nn nn nn ??"),
        ("hkp", Sure(Application.Hkp), "nn nn nn nn yy nn nn nn nn nn nn nn nn nn ??"),
        ("ssh", Sure(Application.Ssh), "nn nn nn yy nn nn nn nn nn nn nn nn nn nn ??"),
        ("smtp, STARTTLS", Sure(Application.Smtp, SpeechMarks.TlsRequested), "nn nn nn nn nn nn yy nn nn nn nn nn nn nn ??"),
        ("cldap", Sure(Application.Cldap), "nn nn nn nn nn nn nn yy nn nn nn nn nn nn ??"),
        ("mdns", Sure(Application.Mdns), "nn nn nn nn nn nn nn nn nn nn nn nn nn nn ??"),
        ("netbios-session", Sure(Application.NetbiosSession), "nn nn nn nn nn nn nn nn nn nn nn nn yy nn ??"),
        ("smtp, a pattern", new(Application.Smtp, SenderRole.Server, RecognitionConfidence.Pattern), "?? ?? ?? ?? ?? ?? yy ?? ?? ?? ?? ?? ?? ?? ??"),
    ];

    [Fact]
    public void Every_pair_of_the_table()
    {
        foreach (var (seen, value, answers) in s_table)
        {
            string[] expected = answers.Split(' ');
            Assert.Equal(s_words.Length, expected.Length);
            for (int i = 0; i < s_words.Length; i++)
            {
                string found = Letter(ApplicationMatch.Answer(s_words[i], value, startSeen: true)) + Letter(ApplicationMatch.Answer(s_words[i], value, startSeen: false));
                Assert.True(expected[i] == found, $"row {s_words[i]}, seen {seen}: {found}");
            }
        }
    }

    [Fact]
    public void A_row_that_names_an_application_is_answered_yes_by_it()
    {
        for (var application = Application.Tls; (int)application < ApplicationNames.Count; application++)
            Assert.Equal(ApplicationAnswer.Yes, ApplicationMatch.Answer(ApplicationNames.Of(application), Sure(application), startSeen: true));
    }

    private static string Letter(ApplicationAnswer answer) => answer switch { ApplicationAnswer.Yes => "y", ApplicationAnswer.No => "n", _ => "?" };

    private static RecognizedApplication Sure(Application application, SpeechMarks marks = SpeechMarks.None) => new(application, SenderRole.Unknown, RecognitionConfidence.Payload, marks);
}
