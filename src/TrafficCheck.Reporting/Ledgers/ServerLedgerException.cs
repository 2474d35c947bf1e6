using System.Globalization;

namespace TrafficCheck.Reporting.Ledgers;

/// <summary>A file is no ledger of servers, or is damaged. The message names file and line; it may hold text of the file and is not escaped.</summary>
/// <param name="line">From 1.</param>
public sealed class ServerLedgerException(string file, int line, string what)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}: {what}"))
{
    public int Line => line;
}
