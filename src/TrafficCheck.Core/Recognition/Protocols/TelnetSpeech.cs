using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>Telnet option negotiation (RFC 854, 855). Which side offers its terminal, and which its echo, tells client from server.</summary>
internal static class TelnetSpeech
{
    private const byte Will = 0xfb, Do = 0xfd, Subnegotiation = 0xfa, Command = 0xff;
    private const byte Echo = 1, TerminalType = 24, WindowSize = 31, TerminalSpeed = 32, RemoteFlow = 33, DisplayLocation = 35, Environment = 36, Authentication = 37, NewEnvironment = 39;

    private static ReadOnlySpan<byte> End => [Command, 0xf0];

    /// <summary>A payload that begins with the byte 0xff.</summary>
    public static RecognizedApplication Read(ReadOnlySpan<byte> p)
    {
        int commands = 0;
        SenderRole sender = SenderRole.Unknown;
        for (int at = 0; commands < 16 && at + 3 <= p.Length && p[at] == Command; commands++)
        {
            int verb = p[at + 1], option = p[at + 2];
            if (verb is < 0xfa or > 0xfe || option > 49) return commands == 0 ? default : Result(commands, sender);
            if (sender == SenderRole.Unknown) sender = Role(verb, option);
            at += 3;
            if (verb != Subnegotiation) continue;
            int end = p[at..Math.Min(p.Length, at + 256)].IndexOf(End);
            if (end < 0) return Result(commands + 1, sender);
            at += end + 2;
        }

        return commands == 0 ? default : Result(commands, sender);
    }

    /// <summary>One command alone may be the start of UTF-16 text or of a picture.</summary>
    private static RecognizedApplication Result(int commands, SenderRole sender) =>
        commands > 1 ? Sure(Application.Telnet, sender) : Fits(Application.Telnet, sender);

    private static SenderRole Role(int verb, int option)
    {
        bool isOfClient = option is TerminalType or WindowSize or TerminalSpeed or RemoteFlow or DisplayLocation or Environment or Authentication or NewEnvironment;
        return verb switch
        {
            Will when isOfClient => SenderRole.Client,
            Do when isOfClient => SenderRole.Server,
            Will when option == Echo => SenderRole.Server,
            Do when option == Echo => SenderRole.Client,
            _ => SenderRole.Unknown,
        };
    }
}
