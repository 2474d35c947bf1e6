using System.Globalization;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Documents;

namespace TrafficCheck.Matrices.Tables;

/// <summary>Ports and transports that make one row of the matrix.</summary>
internal sealed record RowService(IReadOnlyList<PortRange> Ports, IReadOnlyList<byte> Transports, bool FromSource);

/// <summary>What the port cell and the protocol cell of a row say together.</summary>
internal sealed class ServiceReading
{
    /// <summary>At least one, also when there are problems.</summary>
    public List<RowService> Services { get; } = [];

    public string? Application { get; set; }

    public List<(string Code, ColumnRole Column, string Text)> Problems { get; } = [];

    public List<(string Code, ColumnRole Column, string Text)> Notes { get; } = [];
}

/// <summary>Joins a port cell and a protocol cell.</summary>
internal static class ServiceOf
{
    private static readonly PortRange[] s_anyPort = [PortRange.Any];

    /// <param name="headerTransport">Transport that the header of the port column names (<c>TCP port</c>); empty when it names none.</param>
    public static ServiceReading Row(PortCell ports, ProtocolReading protocol, string headerTransport)
    {
        var service = new ServiceReading();
        Read(service, ports, protocol, headerTransport);
        if (service.Services.Count == 0) service.Services.Add(new(s_anyPort, protocol.Transports, false));
        return service;
    }

    private static void Read(ServiceReading service, PortCell ports, ProtocolReading protocol, string headerTransport)
    {
        if (ports.Problem is not null) service.Problems.Add(("port-not-understood", ColumnRole.Port, ports.Problem + ": ports are numbers from 0 to 65535, lists and ranges of them, or any"));
        if (protocol.Problem is not null) service.Problems.Add(("protocol-not-understood", ColumnRole.Protocol, protocol.Problem));
        if (service.Problems.Count > 0) return;
        if (ports.AssumedDynamic) service.Notes.Add(("dynamic-range", ColumnRole.Port, "dynamic ports without numbers: read as IANA's 49152-65535; write the range if the system has another"));
        IReadOnlyList<byte> transports = protocol.Transports;
        if (transports.Count == 0 && headerTransport.Length > 0) transports = [headerTransport == "tcp" ? TransportNames.Tcp : TransportNames.Udp];
        if (protocol.NumberInPort)
        {
            IpNumbers(service, ports);
            return;
        }

        foreach (byte bare in ports.Bare)
        {
            if (TransportNames.HasPorts(bare) && !(ports.Groups.Count > 0))
            {
                service.Problems.Add(("port-not-understood", ColumnRole.Port, $"{TransportNames.Of(bare)} is named, but no port: write the ports, or any"));
                return;
            }

            service.Services.Add(new(s_anyPort, [bare], false));
        }

        foreach (PortGroup group in ports.Groups) Group(service, ports, protocol, group, transports);
        if (ports.Groups.Count == 0 && ports.Bare.Count == 0) WithoutPort(service, protocol, transports);
        if (service.Problems.Count == 0) Application(service, ports, protocol);
    }

    private static void Group(ServiceReading service, PortCell ports, ProtocolReading protocol, PortGroup group, IReadOnlyList<byte> transports)
    {
        IReadOnlyList<byte> own = group.Transports.Count > 0 ? group.Transports : transports;
        if (group.Transports.Count > 0 && transports.Count > 0 && !protocol.TransportsImplied && !protocol.Any && group.Transports.Except(transports).Any())
        {
            service.Problems.Add(("transport-conflict", ColumnRole.Port, $"the port cell says {Text(group.Transports)}, the protocol cell {Text(transports)}: make them agree"));
            return;
        }

        if (own.Count == 0 && !protocol.Any)
        {
            service.Problems.Add(("protocol-missing", ColumnRole.Port, "no transport is named for the port: add a Protocol column, or write 443/TCP"));
            return;
        }

        byte[] portless = [.. own.Where(p => !TransportNames.HasPorts(p))];
        if (portless.Length == 0 || group.Ports is [{ IsAny: true }])
        {
            service.Services.Add(new(group.Ports, own, ports.FromSource));
            return;
        }

        // ICMP's "ports" are types; "50 | ESP" repeats the number of the protocol.
        bool types = own.All(p => p is TransportNames.Icmp or TransportNames.Icmpv6);
        if (types && group.Ports.All(p => p.Last <= byte.MaxValue)) service.Services.Add(new(group.Ports, own, ports.FromSource));
        else if (own.Count == 1 && group.Ports is [{ IsSingle: true } number] && number.First == own[0]) service.Services.Add(new(s_anyPort, own, false));
        else service.Problems.Add(("port-not-understood", ColumnRole.Port, $"{Text(portless)} has no ports{(types ? ", only types up to 255" : "")}: leave the cell blank, or write the other transports in a row of their own"));
    }

    private static void IpNumbers(ServiceReading service, PortCell ports)
    {
        var numbers = new SortedSet<byte>(ports.Bare);
        foreach (PortRange range in ports.Groups.SelectMany(g => g.Ports))
        {
            if (range.IsAny)
            {
                service.Services.Add(new(s_anyPort, [], false));
                return;
            }

            if (range.Last > byte.MaxValue)
            {
                service.Problems.Add(("port-not-understood", ColumnRole.Port, $"{range} is no IP protocol number: they are 0 to 255"));
                return;
            }

            for (int number = range.First; number <= range.Last; number++) numbers.Add((byte)number);
        }

        if (numbers.Count > 0) service.Notes.Add(("ip-protocol-number", ColumnRole.Port, $"the number is that of an IP protocol: read as {Text([.. numbers])}"));
        service.Services.Add(new(s_anyPort, [.. numbers], false));
    }

    private static void WithoutPort(ServiceReading service, ProtocolReading protocol, IReadOnlyList<byte> transports)
    {
        if (transports.Count > 0 && !transports.Any(TransportNames.HasPorts)) service.Services.Add(new(s_anyPort, transports, false));
        else service.Problems.Add(("port-missing", ColumnRole.Port, "the row has no port" + (protocol.IsBlank ? " and no protocol" : "") + ": write it, or any"));
    }

    private static void Application(ServiceReading service, PortCell ports, ProtocolReading protocol)
    {
        bool explicitPort = ports.Groups.Exists(g => g.Ports.Exists(p => p.Contains(21)));
        service.Application = protocol.Application == "ftps-implicit" && protocol.TransportsImplied && explicitPort ? "ftps-explicit" : protocol.Application;
        var transports = service.Services.SelectMany(s => s.Transports).Distinct().Order().ToList();
        if (service.Application is not null)
            service.Notes.Add(("application-in-protocol", ColumnRole.Protocol, $"the cell names an application: read as {Text(transports)}, spoken {service.Application}"));
        else if (protocol.SeveralApplications)
            service.Notes.Add(("several-applications", ColumnRole.Protocol, $"the cell names several applications: read as {Text(transports)}, and any may be spoken"));
        else if (protocol.Transports.Count > 1)
            service.Notes.Add(("several-transports", ColumnRole.Protocol, $"the cell allows each of {Text(protocol.Transports)}"));
        if (service.Services.Count > 1)
            service.Notes.Add(("cell-makes-rows", ColumnRole.Port, string.Create(CultureInfo.InvariantCulture, $"the cell names ports of different transports: {service.Services.Count} rows were made of it")));
    }

    private static string Text(IReadOnlyList<byte> transports) => transports.Count == 0 ? "any" : string.Join('/', transports.Select(TransportNames.Of));
}
