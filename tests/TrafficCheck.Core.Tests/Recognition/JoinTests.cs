using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Tests.Recognition;

public sealed class JoinTests
{
    private static RecognizedApplication Nothing => default;

    [Theory]
    [InlineData("ftp asks for TLS", "ftp greeting", Application.Ftp, SenderRole.Client, SpeechMarks.TlsRequested)]
    [InlineData("keys by http", "http response", Application.Hkp, SenderRole.Client, SpeechMarks.None)]
    [InlineData("http request", "ssh server", Application.Ssh, SenderRole.Client, SpeechMarks.None)]
    [InlineData("tls client", "smtp greeting", Application.Smtp, SenderRole.Client, SpeechMarks.TlsHello)]
    [InlineData("ftp user", "greeting without a word, elsewhere", Application.Ftp, SenderRole.Client, SpeechMarks.PlainLogin)]
    [InlineData("user, elsewhere", "ftp greeting", Application.Ftp, SenderRole.Client, SpeechMarks.PlainLogin)]
    [InlineData("tls mid-stream", "smb3 encrypted", Application.Tls, SenderRole.Unknown, SpeechMarks.None)]
    [InlineData("ntp peer", "ntp peer", Application.Ntp, SenderRole.Unknown, SpeechMarks.None)]
    public void Two_directions_give_one_answer_whichever_comes_first(string forth, string back, Application application, SenderRole sender, SpeechMarks marks)
    {
        RecognizedApplication one = Seen(forth), two = Seen(back);
        RecognizedApplication joined = RecognizedApplication.Join(one, two), turned = RecognizedApplication.Join(two, one);
        Assert.Equal((application, sender, marks), (joined.Application, joined.Sender, joined.Marks));
        SenderRole opposite = sender == SenderRole.Client ? SenderRole.Server : SenderRole.Unknown;
        Assert.Equal(joined with { Sender = opposite }, turned);
    }

    [Fact]
    public void Two_clients_are_none()
    {
        RecognizedApplication client = Seen("http request");
        Assert.Equal(client with { Sender = SenderRole.Unknown }, RecognizedApplication.Join(client, client));
    }

    [Fact]
    public void One_direction_is_enough()
    {
        foreach (Sample sample in Samples.All)
        {
            RecognizedApplication seen = sample.Recognize();
            Assert.Equal(seen, RecognizedApplication.Join(seen, Nothing));
            Assert.Equal(seen.Application, RecognizedApplication.Join(Nothing, seen).Application);
        }

        Assert.True(RecognizedApplication.Join(Nothing, Nothing).IsNothing);
    }

    private static RecognizedApplication Seen(string name) => Samples.All.Single(s => s.Name == name).Recognize();
}
