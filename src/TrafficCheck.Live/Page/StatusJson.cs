using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using TrafficCheck.Reporting;
using TrafficCheck.Reporting.Json;

namespace TrafficCheck.Live.Page;

/// <summary>A status as JSON, without its report and with bounded lists and texts. What is not known is null, never 0.</summary>
internal static class StatusJson
{
    private const int MostInterfaces = 64;
    private const int MostTexts = 50;
    private const int LongestText = 500;

    /// <summary>One compact document, built in memory.</summary>
    public static ReadOnlyMemory<byte> Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, SafeJson.Compact))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <param name="report">The latest report, of which only version and time are written.</param>
    public static void Write(Utf8JsonWriter json, LiveStatus status, ReportPicture? report, PageCounters page)
    {
        json.WriteNumber("sequence", status.Sequence);
        json.WriteUtc("started", status.StartedAtUtc);
        json.WriteUtc("at", status.AtUtc);
        json.WriteBoolean("ended", status.Ended);
        json.WriteNumber("framesRead", status.FramesRead);
        json.WriteNumber("bytesRead", status.BytesRead);
        json.WriteNumber("framesWaiting", status.FramesWaiting);
        json.WriteTime("lastFrame", status.LastFrameNs);
        json.WriteNumber("flowsLive", status.LiveFlows);
        json.WriteNumber("flowsOpened", status.FlowsOpened);
        json.WriteNumber("framesDropped", status.Drops);
        json.WriteStartObject("rate");
        Rate(json, status.Rate);
        json.WriteEndObject();
        json.WriteObjects("interfaces", status.Interfaces.Take(MostInterfaces), i => Interface(json, i));
        json.WriteNumber("interfacesMore", Math.Max(0, status.Interfaces.Count - MostInterfaces));
        json.WriteStartObject("matrix");
        json.WriteStrings("paths", status.Matrix.Paths.Take(MostTexts).Select(t => Short(t)));
        json.WriteNumber("rows", status.Matrix.Rows);
        json.WriteUtc("loaded", status.Matrix.LoadedAtUtc);
        json.WriteUtc("reloadFailed", status.Matrix.ReloadFailedAtUtc);
        json.WriteString("reloadError", Short(status.Matrix.ReloadError));
        json.WriteEndObject();
        json.WriteStrings("warnings", status.Warnings.Take(MostTexts).Select(t => Short(t)));
        json.WriteNumber("warningsMore", Math.Max(0, status.Warnings.Count - MostTexts));
        json.WriteObjects("receivers", status.Receivers.Take(MostTexts), receiver =>
        {
            json.WriteString("name", Short(receiver.Name));
            json.WriteNumber("sent", receiver.Sent);
            json.WriteNumber("waiting", receiver.Waiting);
            json.WriteNumber("dropped", receiver.Dropped);
            json.WriteString("lastError", Short(receiver.LastError));
        });
        Evidence(json, status.Evidence);
        Checkpoint(json, status.Checkpoint);
        json.WriteNumber("files", status.Files.Count);
        json.WriteCount("reportVersion", report?.Version);
        json.WriteUtc("reportAt", report?.AtUtc);
        json.WriteStartObject("page");
        json.WriteNumber("requests", page.Requests);
        json.WriteNumber("streams", page.Streams);
        json.WriteCounts("refused", page.Refused);
        json.WriteEndObject();
    }

    /// <summary>Rates as short arrays of time, frames a second, bits a second and drops.</summary>
    /// <param name="after">Only what is newer; null for all.</param>
    public static void WriteHistory(Utf8JsonWriter json, LiveStatus status, DateTimeOffset? after)
    {
        json.WriteStartArray("samples");
        foreach (RateSample sample in status.History)
        {
            if (after is { } known && sample.AtUtc <= known) continue;
            json.WriteStartArray();
            json.WriteNumberValue(sample.AtUtc.ToUnixTimeMilliseconds());
            json.WriteNumberValue(Finite(sample.FramesPerSecond));
            json.WriteNumberValue(Finite(sample.BitsPerSecond));
            json.WriteNumberValue(sample.Drops);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    public static void WriteFile(Utf8JsonWriter json, RunFile file)
    {
        json.WriteString("kind", file.Kind);
        json.WriteString("name", file.Name);
        json.WriteNumber("bytes", file.Bytes);
        json.WriteUtc("written", file.WrittenAtUtc);
    }

    public static void WriteUtc(this Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } value) json.WriteString(name, value.UtcDateTime);
        else json.WriteNull(name);
    }

    /// <summary>Text of a fit length; what is cut is counted. Its characters are as they are: JSON escapes them, and who shows it has to.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Short(string? text)
    {
        if (text is null || text.Length <= LongestText) return text;
        int end = char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText;
        return $"{text[..end]}… (+{text.Length - end} characters)";
    }

    private static void Rate(Utf8JsonWriter json, RateSample rate)
    {
        json.WriteUtc("at", rate.AtUtc);
        json.WriteNumber("framesPerSecond", Finite(rate.FramesPerSecond));
        json.WriteNumber("bitsPerSecond", Finite(rate.BitsPerSecond));
        json.WriteNumber("drops", rate.Drops);
    }

    private static void Interface(Utf8JsonWriter json, WatchedInterface watched)
    {
        json.WriteString("name", Short(watched.Name));
        json.WriteString("state", Short(watched.State));
        json.WriteCount("received", watched.Received);
        json.WriteNumber("framesRead", watched.FramesRead);
        json.WriteNumber("bytesRead", watched.BytesRead);
        json.WriteCount("kernelDrops", watched.KernelDrops);
        json.WriteCount("interfaceDrops", watched.InterfaceDrops);
        json.WriteNumber("queueDrops", watched.QueueDrops);
        json.WriteNumber("interruptions", watched.Interruptions);
    }

    private static void Evidence(Utf8JsonWriter json, EvidenceStatus? evidence)
    {
        if (evidence is null)
        {
            json.WriteNull("evidence");
            return;
        }

        json.WriteStartObject("evidence");
        json.WriteString("folder", Short(evidence.Folder));
        json.WriteNumber("files", evidence.Files);
        json.WriteNumber("bytes", evidence.Bytes);
        json.WriteNumber("frames", evidence.Frames);
        json.WriteNumber("skipped", evidence.Skipped);
        json.WriteString("lastError", Short(evidence.LastError));
        json.WriteEndObject();
    }

    private static void Checkpoint(Utf8JsonWriter json, CheckpointStatus? checkpoint)
    {
        if (checkpoint is null)
        {
            json.WriteNull("checkpoint");
            return;
        }

        json.WriteStartObject("checkpoint");
        json.WriteString("folder", Short(checkpoint.Folder));
        json.WriteUtc("written", checkpoint.WrittenAtUtc);
        json.WriteString("lastError", Short(checkpoint.LastError));
        json.WriteEndObject();
    }

    private static double Finite(double rate) => double.IsFinite(rate) ? Math.Round(rate, 1) : 0;
}
