using System.Text;
using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>
/// What clients of SMTP, FTP, POP3 and IMAP say, one command a line. The words overlap (USER, LIST, QUIT): a word that only one of them has
/// is sure once its line is whole, of the rest the server's port breaks the tie, or the application stays unknown.
/// </summary>
internal static class CommandSpeech
{
    private const int MaxLines = 32;

    [Flags]
    private enum Of { None = 0, Ftp = 1, Smtp = 2, Pop = 4 }

    /// <summary>Sure: the word (with its first argument where there is one) belongs to one protocol only.</summary>
    private readonly record struct Command(byte[] Word, Of Of, bool Sure, SpeechMarks Marks)
    {
        public Command(string word, Of of, bool sure = false, SpeechMarks marks = SpeechMarks.None) : this(Encoding.ASCII.GetBytes(word), of, sure, marks)
        {
        }
    }

    /// <summary>Longer ones before their beginnings.</summary>
    private static readonly Command[] s_commands =
    [
        new("EHLO ", Of.Smtp, sure: true), new("HELO ", Of.Smtp, sure: true), new("LHLO ", Of.Smtp, sure: true), new("MAIL FROM:", Of.Smtp, sure: true),
        new("RCPT TO:", Of.Smtp, sure: true), new("STARTTLS", Of.Smtp, marks: SpeechMarks.TlsRequested), new("EHLO", Of.Smtp), new("HELO", Of.Smtp),
        new("AUTH TLS", Of.Ftp, sure: true, SpeechMarks.TlsRequested), new("AUTH SSL", Of.Ftp, sure: true, SpeechMarks.TlsRequested),
        new("AUTH LOGIN", Of.Smtp | Of.Pop), new("AUTH PLAIN", Of.Smtp | Of.Pop), new("AUTH NTLM", Of.Smtp | Of.Pop), new("AUTH CRAM-MD5", Of.Smtp | Of.Pop), new("AUTH", Of.Ftp | Of.Smtp | Of.Pop),
        new("VRFY ", Of.Smtp), new("EXPN ", Of.Smtp), new("ETRN ", Of.Smtp), new("BDAT ", Of.Smtp), new("DATA", Of.Smtp),
        new("USER ", Of.Ftp | Of.Pop, marks: SpeechMarks.PlainLogin), new("PASS ", Of.Ftp | Of.Pop), new("PASV", Of.Ftp, sure: true), new("EPSV", Of.Ftp, sure: true),
        new("EPRT |", Of.Ftp, sure: true), new("PBSZ ", Of.Ftp, sure: true), new("PROT ", Of.Ftp), new("PORT ", Of.Ftp), new("TYPE A", Of.Ftp, sure: true),
        new("TYPE I", Of.Ftp, sure: true), new("SYST", Of.Ftp, sure: true), new("FEAT", Of.Ftp, sure: true), new("OPTS UTF8", Of.Ftp, sure: true),
        new("OPTS ", Of.Ftp), new("CWD ", Of.Ftp), new("PWD", Of.Ftp), new("XPWD", Of.Ftp), new("SIZE ", Of.Ftp), new("MDTM ", Of.Ftp), new("MLSD", Of.Ftp, sure: true),
        new("NLST", Of.Ftp), new("STOR ", Of.Ftp), new("RETR ", Of.Ftp | Of.Pop), new("DELE ", Of.Ftp | Of.Pop), new("LIST", Of.Ftp | Of.Pop), new("STAT", Of.Ftp | Of.Pop),
        new("REST ", Of.Ftp), new("RNFR ", Of.Ftp), new("MKD ", Of.Ftp), new("RMD ", Of.Ftp), new("APPE ", Of.Ftp), new("CDUP", Of.Ftp), new("ABOR", Of.Ftp),
        new("STLS", Of.Pop, sure: true, SpeechMarks.TlsRequested), new("CAPA", Of.Pop, sure: true), new("APOP ", Of.Pop, sure: true), new("UIDL", Of.Pop, sure: true),
        new("NOOP", Of.Ftp | Of.Smtp | Of.Pop), new("QUIT", Of.Ftp | Of.Smtp | Of.Pop), new("RSET", Of.Smtp | Of.Pop), new("HELP", Of.Ftp | Of.Smtp),
    ];

    private static readonly byte[][] s_imap =
    [
        .. new[]
        {
            "CAPABILITY", "LOGIN ", "AUTHENTICATE ", "STARTTLS", "SELECT ", "EXAMINE ", "LIST ", "LSUB ", "STATUS ", "NAMESPACE", "LOGOUT", "NOOP", "ID ", "ENABLE ", "IDLE",
            "UID FETCH ", "FETCH ",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>A payload that begins with a letter.</summary>
    public static RecognizedApplication Read(ReadOnlySpan<byte> p, ushort destination)
    {
        Of seen = Of.None;
        Application sure = Application.Unknown;
        SpeechMarks marks = SpeechMarks.None;
        ReadOnlySpan<byte> rest = p;
        for (int i = 0; i < MaxLines && rest.Length > 0; i++)
        {
            ReadOnlySpan<byte> line = PayloadBytes.Line(rest, out rest, out bool ended);
            if (PayloadBytes.IsBinary(line))
            {
                if (i == 0) return default;
                break;
            }

            if (!TryFind(line, out Command command))
            {
                if (i == 0) return default;
                continue;
            }

            if ((command.Marks & SpeechMarks.PlainLogin) == 0 || (marks & SpeechMarks.TlsRequested) == 0) marks |= command.Marks;
            if (ended && command.Sure && sure == Application.Unknown) sure = Single(command.Of);
            seen = seen == Of.None || (seen & command.Of) == 0 ? command.Of : seen & command.Of;
        }

        if (sure != Application.Unknown) return Sure(sure, SenderRole.Client, marks);
        Application one = Single(seen);
        return Fits(one != Application.Unknown ? one : Single(seen & ByPort(destination)), SenderRole.Client, marks);
    }

    /// <summary>A payload that begins with a letter or digit: a tag, then a command of IMAP, or the server's answer with the same tag.</summary>
    public static RecognizedApplication ReadImap(ReadOnlySpan<byte> p)
    {
        int space = p[..Math.Min(p.Length, 16)].IndexOf((byte)' ');
        if (space is < 1 || !IsTag(p[..space])) return default;
        ReadOnlySpan<byte> line = PayloadBytes.Line(p, out _, out bool ended);
        ReadOnlySpan<byte> words = line.Length > space ? line[(space + 1)..] : [];
        foreach (byte[] word in s_imap)
        {
            if (!PayloadBytes.Begins(words, word)) continue;
            if (word[^1] != ' ' && words.Length != word.Length) continue;
            SpeechMarks marks = word.AsSpan().SequenceEqual("STARTTLS"u8) ? SpeechMarks.TlsRequested : SpeechMarks.None;
            return ended && p[..space].IndexOfAnyInRange((byte)'0', (byte)'9') >= 0 ? Sure(Application.Imap, SenderRole.Client, marks) : Fits(Application.Imap, SenderRole.Client, marks);
        }

        bool answers = PayloadBytes.IsDigit(p[space - 1]) && ended && (words.StartsWith("OK "u8) || words.StartsWith("NO "u8) || words.StartsWith("BAD "u8));
        return answers ? Fits(Application.Imap, SenderRole.Server) : default;
    }

    /// <summary>
    /// A payload that begins with a digit, whose first line is surely a command of IMAP and no reply of a server: what follows does not make it
    /// one.
    /// </summary>
    public static bool IsImapOnly(ReadOnlySpan<byte> p, ushort source, out RecognizedApplication command)
    {
        command = ReadImap(p);
        return command.Confidence == RecognitionConfidence.Payload && ReplySpeech.ReadNumbered(p[..(p.IndexOf((byte)'\n') + 1)], source).IsNothing;
    }

    private static bool TryFind(ReadOnlySpan<byte> line, out Command command)
    {
        if (line.Length == 0) return Nothing(out command);
        int first = line[0] & ~0x20;
        foreach (Command known in s_commands)
        {
            if (known.Word[0] != first) continue;
            if (!PayloadBytes.Begins(line, known.Word)) continue;
            // The word ends there, or its argument follows.
            if (PayloadBytes.IsLetter(known.Word[^1]) && line.Length > known.Word.Length && line[known.Word.Length] is not ((byte)' ' or (byte)'-')) continue;
            if (!PayloadBytes.IsText(line[..Math.Min(line.Length, 64)])) continue;
            command = known;
            return true;
        }

        return Nothing(out command);
    }

    private static bool Nothing(out Command command)
    {
        command = default;
        return false;
    }

    private static bool IsTag(ReadOnlySpan<byte> tag)
    {
        foreach (byte b in tag)
        {
            if (!PayloadBytes.IsLetter(b) && !PayloadBytes.IsDigit(b) && b != '.') return false;
        }

        return true;
    }

    private static Application Single(Of of) => of switch
    {
        Of.Ftp => Application.Ftp,
        Of.Smtp => Application.Smtp,
        Of.Pop => Application.Pop3,
        _ => Application.Unknown,
    };

    private static Of ByPort(ushort destination) => destination switch
    {
        21 => Of.Ftp,
        25 or 465 or 587 or 2525 => Of.Smtp,
        110 => Of.Pop,
        _ => Of.None,
    };
}
