namespace TrafficCheck.Core.Recognition.Names;

/// <summary>Names of one answer in the order of its aliases: the one asked for first. Shared by all entries that the answer made.</summary>
internal sealed class NameChain(NameText[] names, long frame)
{
    private const int Overhead = 72;

    public NameText[] Names => names;

    public long Frame => frame;

    public NameText Head => names[0];

    public int Holders { get; set; }

    public int Bytes => Overhead + (8 * names.Length);
}
