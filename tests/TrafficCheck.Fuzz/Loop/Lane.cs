using System.Security.Cryptography;
using TrafficCheck.Fuzz.Targets;

namespace TrafficCheck.Fuzz.Loop;

/// <summary>What is known of one target: the inputs that took new branches, in memory and on disk, and the branches.</summary>
internal sealed class Lane
{
    private readonly string _folder;
    private readonly List<byte[]> _corpus = [];
    private readonly HashSet<string> _names = [];

    public Lane(FuzzTarget target, string folder, Random random)
    {
        Target = target;
        Mutator = new Mutator(random, target.Tokens);
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    public FuzzTarget Target { get; }

    public Mutator Mutator { get; }

    public byte[] Known { get; } = new byte[CoverageMap.Size];

    public long Executions { get; set; }

    public TimeSpan Time { get; set; }

    public int Inputs => _corpus.Count;

    public int Branches => Known.Count(b => b != 0);

    /// <summary>The seeds, and what earlier runs left in the folder.</summary>
    public IEnumerable<byte[]> Start() =>
        [.. Target.Seeds(), .. Directory.EnumerateFiles(_folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    public void Keep(ReadOnlySpan<byte> input)
    {
        string name = Convert.ToHexStringLower(SHA256.HashData(input))[..16];
        if (!_names.Add(name)) return;
        byte[] copy = input.ToArray();
        _corpus.Add(copy);
        string path = Path.Combine(_folder, name);
        if (!File.Exists(path)) File.WriteAllBytes(path, copy);
    }

    /// <summary>Any input; half of the time one of the last, which were mutated least.</summary>
    public byte[] Pick(Random random)
    {
        if (_corpus.Count == 0) return [];
        int from = random.Next(2) == 0 ? _corpus.Count * 3 / 4 : 0;
        return _corpus[random.Next(from, _corpus.Count)];
    }
}
