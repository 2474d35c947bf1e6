using System.Globalization;
using System.Text;
using TrafficCheck.SampleGenerator;
using TrafficCheck.SampleGenerator.MailGateway;

if (args.Length != 1 || !Directory.Exists(args[0]))
{
    Console.Error.WriteLine("usage: dotnet run --project samples/generator -- SAMPLES-FOLDER");
    Console.Error.WriteLine("Rewrites capture.pcap of every sample, and the frame table between the marks of its README.md.");
    return 2;
}

foreach ((string name, Scenario scenario) in (ReadOnlySpan<(string, Scenario)>)
[
    ("mail-gateway", MailGatewayScenario.Create()),
    ("midstream", MidstreamScenario.Create()),
    ("clean", CleanScenario.Create()),
    ("scan", ScanScenario.Create()),
])
{
    string folder = Path.Combine(args[0], name);
    string page = Path.Combine(folder, "README.md");
    if (!File.Exists(page))
    {
        Console.Error.WriteLine($"{page}: missing; {args[0]} is not the samples folder of the repository");
        return 2;
    }

    var frames = scenario.Frames();
    string capture = Path.Combine(folder, "capture.pcap");
    PcapFile.Write(capture, frames);
    if (!TryReplaceTable(page, scenario.FrameTable()))
    {
        Console.Error.WriteLine($"{page}: no line '<!-- frames -->' followed by a line '<!-- /frames -->'");
        return 2;
    }

    long span = (frames[^1].TimestampNs - frames[0].TimestampNs) / 1_000_000_000;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{capture}: {frames.Count} frames, {new FileInfo(capture).Length} bytes, {span} s"));
}
return 0;

static bool TryReplaceTable(string page, string table)
{
    const string Open = "<!-- frames -->\n";
    const string Close = "<!-- /frames -->";
    string text = File.ReadAllText(page);
    int start = text.IndexOf(Open, StringComparison.Ordinal);
    int end = start < 0 ? -1 : text.IndexOf(Close, start, StringComparison.Ordinal);
    if (end < 0) return false;
    File.WriteAllText(page, text[..(start + Open.Length)] + table + text[end..], new UTF8Encoding(false));
    return true;
}
