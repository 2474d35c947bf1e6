using System.Globalization;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting;

namespace TrafficCheck.Cli;

/// <summary>Option values that are small languages of their own, both ways.</summary>
internal static class OptionText
{
    private const long Second = 1_000_000_000;

    private static readonly (string Word, FailOn Value)[] s_failOn =
        [("unexpected", FailOn.Unexpected), ("undetermined", FailOn.Undetermined), ("failing", FailOn.Failing), ("missing", FailOn.Missing)];

    /// <exception cref="UsageException">A word is not known, or <c>never</c> stands with others.</exception>
    public static FailOn ParseFailOn(IEnumerable<string> values)
    {
        var result = FailOn.Never;
        string[] words = [.. values.SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        foreach (string word in words)
        {
            if (word == "never")
            {
                if (words.Length > 1) throw new UsageException("--fail-on: never does not go with other words");
                continue;
            }

            int at = Array.FindIndex(s_failOn, f => f.Word == word);
            if (at < 0) throw new UsageException($"--fail-on '{word}': give unexpected, undetermined, failing, missing or never");
            result |= s_failOn[at].Value;
        }

        return words.Length > 0 ? result : throw new UsageException("--fail-on is empty: give unexpected, undetermined, failing, missing or never");
    }

    public static string Words(FailOn value) =>
        value == FailOn.Never ? "never" : string.Join(',', s_failOn.Where(f => value.HasFlag(f.Value)).Select(f => f.Word));

    /// <summary><c>none</c>, or changes to the defaults such as <c>udp=30,established=7200</c>.</summary>
    /// <exception cref="UsageException">Not understood.</exception>
    public static FlowTimeouts ParseTimeouts(string? text)
    {
        FlowTimeouts timeouts = FlowTimeouts.Default;
        if (text is null) return timeouts;
        if (text == "none") return FlowTimeouts.None;
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !long.TryParse(part.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) || seconds is < 1 or > 1_000_000_000)
                throw new UsageException($"--idle-timeout '{part}': give none, or NAME=SECONDS with 1 to 1000000000 seconds");
            long ns = seconds * Second;
            timeouts = part[..equals] switch
            {
                "established" => timeouts with { TcpEstablishedNs = ns },
                "half-open" => timeouts with { TcpHalfOpenNs = ns },
                "closed" => timeouts with { TcpClosedNs = ns },
                "udp" => timeouts with { UdpNs = ns },
                "other" => timeouts with { OtherNs = ns },
                _ => throw new UsageException($"--idle-timeout '{part}': the names are established, half-open, closed, udp, other"),
            };
        }

        return timeouts;
    }

    public static string Words(FlowTimeouts t) => t == FlowTimeouts.None
        ? "none"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"established={t.TcpEstablishedNs / Second},half-open={t.TcpHalfOpenNs / Second},closed={t.TcpClosedNs / Second},udp={t.UdpNs / Second},other={t.OtherNs / Second}");

    /// <summary><c>50000-51000</c>, or null for none.</summary>
    /// <exception cref="UsageException">Not understood.</exception>
    public static PortRange? ParseRange(string option, string? text)
    {
        if (text is null) return null;
        string[] ends = text.Split('-', StringSplitOptions.TrimEntries);
        if (ends.Length is 1 or 2 && ushort.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort first)
            && ushort.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort last) && first is > 0 && first <= last)
            return new PortRange(first, last);
        throw new UsageException($"{option} '{text}': give FIRST-LAST, such as 50000-51000");
    }

    /// <exception cref="UsageException">Out of range.</exception>
    public static long CheckMaxFlows(long flows) => flows is >= 1 and <= FlowLimits.HighestMax
        ? flows
        : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--max-flows {flows}: give a number from 1 to {FlowLimits.HighestMax}"));

    /// <exception cref="UsageException">The matrix has no such condition.</exception>
    public static IReadOnlyList<string> CheckConditions(string[] names, AllowedMatrix matrix)
    {
        foreach (string name in names)
        {
            if (matrix.Conditions.Contains(name, StringComparer.OrdinalIgnoreCase)) continue;
            throw new UsageException(matrix.Conditions.Count == 0
                ? $"--with '{name}': the matrix has no conditions"
                : $"--with '{name}': the conditions of the matrix are {string.Join(", ", matrix.Conditions)}");
        }

        return [.. names.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Ports with commas, or <c>none</c>.</summary>
    /// <exception cref="UsageException">Not understood.</exception>
    public static IReadOnlyList<ushort> ParsePorts(string option, string text)
    {
        if (text == "none") return [];
        var ports = new List<ushort>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!ushort.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
                throw new UsageException($"{option} '{text}': give ports from 1 to 65535 with commas, or none");
            ports.Add(port);
        }

        return ports;
    }

    public static string Words(IReadOnlyList<KeyValuePair<TunnelKind, ushort>> ports) =>
        string.Join(',', ports.OrderBy(p => p.Key).ThenBy(p => p.Value).Select(p => string.Create(CultureInfo.InvariantCulture, $"{TunnelNames.Of(p.Key)}={p.Value}")));

    public static bool IsJson(string path) => Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase);

    public static void CheckReportPath(string path)
    {
        if (!IsJson(path) && !Path.GetExtension(path).Equals(".txt", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"--output '{path}': the extension chooses the format; this version writes .txt and .json");
    }

    /// <summary>Finds out before a long run whether its result can be written. Nothing is left behind and nothing is truncated.</summary>
    /// <exception cref="UsageException">It cannot.</exception>
    public static void CheckWritable(string option, string path)
    {
        try
        {
            bool existed = File.Exists(path);
            using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write)) { }
            if (!existed) File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{option} '{path}' cannot be written: {e.Message}");
        }
    }

    public static void CheckFlowsPath(string path)
    {
        try
        {
            FlowExport.FormatOf(path);
        }
        catch (ArgumentException e)
        {
            throw new UsageException("--flows: " + e.Message);
        }
    }
}
