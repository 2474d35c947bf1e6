namespace TrafficCheck.Reporting;

public enum FlowFormat
{
    /// <summary>RFC 4180 with a header line and LF line ends; safe to open in a spreadsheet.</summary>
    Csv,

    /// <summary>One JSON object a line, with the column names of the CSV form; text is exact.</summary>
    Ndjson,
}
