using TrafficCheck.SampleGenerator.Payloads;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.SampleGenerator.MailGateway.Hosts;

namespace TrafficCheck.SampleGenerator.MailGateway;

/// <summary>Rows R1 to R4 and R34: FTP with active data, FTPS, SFTP.</summary>
internal sealed class FileTransferRows(Scenario scenario, Site site)
{
    public void Add()
    {
        ActiveTransfer(30, Gateway, 41020, BackupFtp, 50009, "STOR backup.tgz", "R1 In, R2 Out",
            "FTP backup to 203.0.113.20; its data connection comes In from port 20 to the port that PORT announced");
        ActiveTransfer(60, PartnerFtp, 51020, Gateway, 51210, "RETR transactions.log", "R1 Out, R2 In",
            "203.0.113.21 fetches a log by FTP; the data connection goes Out from port 20");

        var ftps = site.Tcp(90, Gateway, 41021, BackupFtps, 21).Handshake()
            .ServerSends("220 backup2.example.org ready\r\n").ClientSends("AUTH TLS\r\n").ServerSends("234 Proceed with negotiation\r\n");
        Tls.Over(ftps, "backup2.example.org").ClientCloses();
        scenario.Add("R3 Out", "FTPS login to 203.0.113.22: AUTH TLS, then TLS on the same connection", ftps.Frames);

        scenario.Add("R4 Out", "SFTP to 203.0.113.23", Ssh(120, Gateway, 41022, BackupSftp, 22));
        scenario.Add("R4 In", "SFTP from 10.20.0.31 to the gateway", Ssh(130, Administrator, 52022, Gateway, 22));

        var implicitTls = site.Tcp(150, Gateway, 41990, BackupFtps, 990).Handshake();
        Tls.Over(implicitTls, "backup2.example.org", 60, 120).ClientCloses();
        scenario.Add("R34 Out", "FTPS with TLS from the first byte, to 203.0.113.22", implicitTls.Frames);
    }

    private void ActiveTransfer(
        double at, string client, ushort clientPort, string server, ushort announced, string command, string label, string what)
    {
        string port = $"PORT {client.Replace('.', ',')},{announced >> 8},{announced & 255}\r\n";
        var control = site.Tcp(at, client, clientPort, server, 21).Handshake()
            .ServerSends("220 FTP ready\r\n").ClientSends("USER backup\r\n").ServerSends("331 Password please\r\n")
            .ClientSends("PASS not-a-real-one\r\n").ServerSends("230 Logged in\r\n").ClientSends(port).ServerSends("200 PORT accepted\r\n")
            .ClientSends(command + "\r\n").ServerSends("150 Opening data connection\r\n");
        double seconds = (control.NowNs - scenario.StartNs) / 1e9;
        // The FTP server opens the data connection, whoever sends the file.
        var data = site.Tcp(seconds, server, 20, client, announced).Handshake();
        byte[] file = FixedNoise.Bytes(3000, announced);
        if (command.StartsWith("STOR", StringComparison.Ordinal)) data.ServerSends(file).ServerCloses();
        else data.ClientSends(file).ClientCloses();
        control.Wait(TimeSpan.FromSeconds(2)).ServerSends("226 Transfer complete\r\n").ClientSends("QUIT\r\n")
            .ServerSends("221 Goodbye\r\n").ServerCloses();
        scenario.Add(label, what, control.Frames, data.Frames);
    }

    private IEnumerable<TimedFrame> Ssh(double at, string client, ushort clientPort, string server, ushort serverPort) =>
        SshSession.Over(site.Tcp(at, client, clientPort, server, serverPort).Handshake()).ClientCloses().Frames;
}
