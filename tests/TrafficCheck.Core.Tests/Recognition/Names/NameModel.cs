using TrafficCheck.Core.Recognition.Names;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Recognition.Names;

/// <summary>What a client was told: a chain of names, one address of its last.</summary>
internal sealed record ModelFact(IpAddress Client, IReadOnlyList<string> Chain, IpAddress Address, NameSource Source, long Frame, long TimeNs);

/// <summary>A name book that forgets nothing and searches everything.</summary>
internal sealed class NameModel
{
    private readonly List<ModelFact> _facts = [];

    public void Add(ModelFact fact) => _facts.Add(fact);

    /// <summary>Lines of "name source own|other frame later chain", in the order of the book.</summary>
    public IReadOnlyList<string> Names(IpAddress client, IpAddress address, long timeNs)
    {
        var first = new Dictionary<(string Name, NameSource Source, bool Own), (ModelFact Fact, int Step)>();
        foreach (ModelFact fact in _facts.Where(f => f.Address == address))
        {
            for (int step = 0; step < fact.Chain.Count; step++) first.TryAdd((fact.Chain[step], fact.Source, fact.Client == client), (fact, step));
        }

        return [.. first
            .Where(f => f.Key.Own || !first.ContainsKey((f.Key.Name, f.Key.Source, true)))
            .OrderByDescending(f => f.Key.Own).ThenBy(f => f.Value.Fact.TimeNs > timeNs).ThenBy(f => f.Value.Fact.Frame)
            .ThenBy(f => f.Key.Name, StringComparer.Ordinal).ThenBy(f => f.Key.Source)
            .Select(f => Line(f.Key.Name, f.Key.Source, f.Key.Own, f.Value.Fact.Frame, f.Value.Fact.TimeNs > timeNs, f.Value.Fact.Chain.Skip(f.Value.Step)))];
    }

    public bool IsShared(IpAddress address) => _facts.Where(f => f.Address == address).Select(f => f.Chain[0]).Distinct().Count() > 1;

    public static string Line(NameProof p) => Line(p.Name, p.Source, p.SameClient, p.Frame, p.Later, p.Chain.Select(s => s.Name));

    private static string Line(string name, NameSource source, bool own, long frame, bool later, IEnumerable<string> chain) =>
        $"{name} {source} {(own ? "own" : "other")} {frame} {later} {string.Join('>', chain)}";
}
