using System.Globalization;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Documents;

namespace TrafficCheck.Matrices.Tables;

/// <content>With whom a row allows traffic, and whether it allows any.</content>
internal sealed partial class TableRows
{
    /// <summary>Whether every address of the row at hand was understood.</summary>
    private bool _peersUnderstood = true;

    /// <summary>Tables of allowed traffic are the rule; exports of firewalls also hold what is denied, which must never be read as allowed.</summary>
    private bool Allows(TableLine line, RowReading reading)
    {
        int column = Column(ColumnRole.Action);
        if (column < 0 || _settings.Exact) return true;
        string cell = reading.Text(column);
        switch (ActionCell.Read(cell))
        {
            case true:
                return true;
            case false:
                return Refuse("row-denies", line.Line, Header(column), $"'{Quoted.Of(cell)}' denies: a matrix holds what is allowed only; take the row out");
            default:
                return Refuse("action-not-understood", line.Line, Header(column), $"'{Quoted.Of(cell)}' is no action: write Allow, or take the row out");
        }
    }

    /// <summary>
    /// The peers of a row whose direction is told by a column or a heading. Without a column of peers they stand among sources and destinations:
    /// the source of what comes In, the destination of what goes Out; the other end is the subject.
    /// </summary>
    private IReadOnlyList<RowPeer> PeersByDirection(TableLine line, RowReading reading, RowDirection direction, string purpose)
    {
        int source = Column(ColumnRole.Source), destination = Column(ColumnRole.Destination);
        if (Column(ColumnRole.Peer) >= 0 || (source < 0 && destination < 0)) return Peers(line, reading, Column(ColumnRole.Peer), purpose);
        if (direction != RowDirection.InOut) return Peers(line, reading, direction == RowDirection.In ? source : destination, purpose);

        // Either may be the subject's own. Hosts in both are all taken, since a subject among its own peers allows nothing.
        bool bySource = NamesHosts(reading, source), byDestination = NamesHosts(reading, destination);
        if (!bySource || !byDestination) return Peers(line, reading, bySource || destination < 0 ? source : destination, purpose);
        Say(MessageSeverity.Warning, "peers-from-both-ends", line.Line, Header(source), "both ways, with hosts as source and as destination: all of them are peers; make it two rows, In and Out, to tell them apart");
        return Peers(line, reading, source, purpose, reading.Text(source) + "\n" + reading.Text(destination));
    }

    private bool NamesHosts(RowReading reading, int column)
    {
        if (column < 0) return false;
        PeerReading read = PeerCell.Read(PeerCell.Items(reading.Text(column)), _settings);
        return read.Peers.Count > 0 && !read.Any;
    }

    private IReadOnlyList<RowPeer> Peers(TableLine line, RowReading reading, int column, string purpose, string? filled = null)
    {
        PeerReading read;
        if (column >= 0)
        {
            string cell = filled ?? reading.Text(column);
            read = PeerCell.Read(PeerCell.Items(cell), _settings);
            foreach (string word in read.Roles.Where(AddressCell.LooksLikeOne))
                _peersUnderstood &= Refuse("address-not-understood", line.Line, Header(column), $"'{Quoted.Of(word)}' is no address, prefix or range");
            if (read.Roles.FirstOrDefault(r => !AddressCell.LooksLikeOne(r)) is { } role)
            {
                bool mixed = read.Peers.Count > 0;
                Say(MessageSeverity.Warning, "peer-by-role", line.Line, Header(column), $"'{Quoted.Of(role)}' is no address, host name or group: "
                    + (mixed ? "only the hosts named beside it are allowed" : "any host is allowed") + $"; name its hosts in front matter, groups: {{{Quoted.Slug(role)}: [...]}}");
            }

            if (read.Any) return [];
        }
        else
        {
            if (_settings.Exact) return [];
            read = PeerCell.InProse(purpose);
            string? cell = Header(ColumnOf(reading, read));
            foreach (string word in read.Roles)
                Say(MessageSeverity.Warning, "address-not-understood", line.Line, cell, $"'{Quoted.Of(word)}' looks like an address and is none: the row is not limited to it; correct it");
            if (read.Peers.Count > 0)
            {
                string more = read.Peers.Count > 12 ? string.Create(CultureInfo.InvariantCulture, $" and {read.Peers.Count - 12} more") : "";
                Say(MessageSeverity.Info, "peers-from-text", line.Line, cell, "limited to the hosts named: " + string.Join(", ", read.Peers.Take(12)) + more);
            }
        }

        if (read.Cut > 0)
            Say(MessageSeverity.Warning, "peers-cut", line.Line, column >= 0 ? Header(column) : Header(_columnOfPurpose), string.Create(CultureInfo.InvariantCulture, $"{read.Cut} hosts beyond the first {DocumentLimits.Peers} were cut: they are not allowed; write prefixes or *.names"));
        return read.Peers;
    }

    /// <summary>The column whose text names the hosts: the purpose, or one of the notes that were joined to it.</summary>
    private int ColumnOf(RowReading reading, PeerReading read)
    {
        if (read.Peers.Count + read.Roles.Count == 0) return _columnOfPurpose;
        foreach (int column in _notes.Prepend(_columnOfPurpose))
        {
            PeerReading one = PeerCell.InProse(Quoted.OneLine(reading.Text(column)));
            if (one.Peers.Count + one.Roles.Count > 0) return column;
        }

        return _columnOfPurpose;
    }
}
