using System.CommandLine;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Cli.Commands;

/// <summary>The UDP ports at which tunnels are looked for: options that <c>check</c> and <c>explain</c> share, so that both see the same packets.</summary>
internal sealed class TunnelPortOptions
{
    private readonly (Option<string?> Option, TunnelKind Kind)[] _options =
    [
        (TunnelPort("--vxlan-port", "VXLAN", "4789,8472"), TunnelKind.Vxlan),
        (TunnelPort("--geneve-port", "GENEVE", "6081"), TunnelKind.Geneve),
        (TunnelPort("--gtp-port", "GTP-U", "2152"), TunnelKind.GtpU),
        (TunnelPort("--teredo-port", "Teredo", "3544"), TunnelKind.Teredo),
        (TunnelPort("--l2tp-port", "L2TP", "1701"), TunnelKind.L2tp),
    ];

    public IEnumerable<Option> All => _options.Select(o => o.Option);

    /// <summary>The standard ports with those of the options in their place.</summary>
    /// <exception cref="UsageException">A port is not understood.</exception>
    public IReadOnlyList<KeyValuePair<TunnelKind, ushort>> Read(ParseResult parsed)
    {
        var ports = TunnelPorts.Standard.ToList();
        foreach (var (option, kind) in _options)
        {
            if (parsed.GetValue(option) is not { } text) continue;
            ports.RemoveAll(p => p.Key == kind);
            ports.AddRange(OptionText.ParsePorts(option.Name, text).Select(port => KeyValuePair.Create(kind, port)));
        }

        return ports;
    }

    private static Option<string?> TunnelPort(string name, string tunnel, string standard) =>
        new(name) { HelpName = "PORT,...|none", Description = $"UDP ports at which {tunnel} is looked for (its header must fit as well). [default: {standard}]" };
}
