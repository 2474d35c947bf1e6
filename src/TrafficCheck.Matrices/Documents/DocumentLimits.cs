namespace TrafficCheck.Matrices.Documents;

/// <summary>What a document may ask for before it is refused: generous for tables, small for bombs.</summary>
internal static class DocumentLimits
{
    /// <summary>UTF-16 units of a front matter block.</summary>
    public const int FrontMatter = 1 << 20;

    /// <summary>Values in one YAML or JSON document.</summary>
    public const int Nodes = 4_000_000;

    /// <summary>Lists and maps inside each other.</summary>
    public const int Depth = 16;

    /// <summary>UTF-16 units of one cell or scalar.</summary>
    public const int Cell = 1 << 16;

    /// <summary>Columns of one table.</summary>
    public const int Columns = 256;

    /// <summary>Rows of one matrix.</summary>
    public const int Rows = 100_000;

    /// <summary>Peers of one row, after groups and address ranges are written out.</summary>
    public const int Peers = 1024;

    /// <summary>Peers of all rows together: a named group in every row must not multiply without bound.</summary>
    public const int PeersInAll = 4_000_000;

    /// <summary>Port ranges of one row.</summary>
    public const int Ports = 1024;

    /// <summary>Subjects of one matrix; more than the engine can judge, so that the engine says so.</summary>
    public const int Subjects = 1024;

    /// <summary>Messages of one code that are kept; the rest are counted.</summary>
    public const int MessagesOfACode = 200;
}
