using TrafficCheck.Core.Recognition.Names;

namespace TrafficCheck.Reporting.Layout;

/// <summary>A name of a host with its proof, for every place that shows one to a person.</summary>
internal static class NameText
{
    private const int Limit = 100;

    /// <summary>Aliases that are named between the name and the one that has the address; the rest is counted.</summary>
    private const int Aliases = 4;

    /// <summary>
    /// <c>cdn.example.net (tls-sni, frame 17)</c>; <c>files.example.net (dns, frame 3, alias of edge.example.com, one of several names of the
    /// address)</c>.
    /// </summary>
    public static string Of(string name, string proof, long frame, bool isShared, IReadOnlyList<ChainStep> chain, string? toldTo) =>
        $"{TerminalText.Clean(name, Limit)} ({proof}, frame {frame}{Chain(chain, frame)}{(toldTo is null ? "" : $", told to {toldTo}")}{(isShared ? ", one of several names of the address" : "")})";

    /// <summary>Empty without aliases. A step that another frame showed than the proof is whole with names its frame.</summary>
    public static string Chain(IReadOnlyList<ChainStep> chain, long frame)
    {
        if (chain.Count < 2) return "";
        var steps = chain.Skip(1).ToList();
        string first = chain[0].Frame == frame ? "" : $" by frame {chain[0].Frame}";
        string text = string.Join(", of ", steps.Take(Aliases).Select(s => TerminalText.Clean(s.Name, Limit) + (s.Frame == frame ? "" : $" (frame {s.Frame})")));
        return $", alias{first} of {text}{(steps.Count > Aliases ? $" and {steps.Count - Aliases} more" : "")}";
    }
}
