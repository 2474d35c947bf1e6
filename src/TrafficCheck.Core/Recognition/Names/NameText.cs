namespace TrafficCheck.Core.Recognition.Names;

/// <summary>Each name once in memory, for as long as a chain holds it.</summary>
/// <param name="id">Never used twice in a run, so that a key made of it cannot come to mean another name.</param>
internal sealed class NameText(string value, long id)
{
    /// <summary>Object, string header, dictionary slot.</summary>
    private const int Overhead = 120;

    public string Value => value;

    public long Id => id;

    public int Holders { get; set; }

    public int Bytes => Overhead + (2 * value.Length);
}
