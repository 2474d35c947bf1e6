using System.Globalization;
using System.Text;
using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Tests.Recognition;

/// <summary>A payload written by hand, the ports of its usual place, and what it must be taken for.</summary>
internal sealed record Sample(
    string Name, byte[] Bytes, byte Transport, ushort Source, ushort Destination, Application Application, SenderRole Sender,
    RecognitionConfidence Confidence = RecognitionConfidence.Payload, SpeechMarks Marks = SpeechMarks.None)
{
    public const byte Tcp = 6, Udp = 17;

    /// <summary>Bytes from text with escapes <c>\r \n</c> already in it and <c>{hex}</c> for others: <c>"SSH{0d0a}"</c>.</summary>
    public static byte[] Of(string text)
    {
        var bytes = new List<byte>();
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] != '{')
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text[at].ToString()));
                continue;
            }

            int end = text.IndexOf('}', at);
            bytes.AddRange(Convert.FromHexString(text[(at + 1)..end].Replace(" ", "", StringComparison.Ordinal)));
            at = end;
        }

        return [.. bytes];
    }

    /// <summary>Zero bytes or a filler as hexadecimal digits.</summary>
    public static string Fill(int count, byte value = 0) => string.Concat(Enumerable.Repeat(value.ToString("x2", CultureInfo.InvariantCulture), count));

    public RecognizedApplication Recognize() => Recognize(Bytes, Source, Destination);

    public RecognizedApplication Recognize(ReadOnlySpan<byte> bytes, ushort source, ushort destination)
    {
        ApplicationRecognizer.TryRecognize(bytes, Transport, source, destination, out RecognizedApplication seen);
        return seen;
    }

    public override string ToString() => Name;
}
