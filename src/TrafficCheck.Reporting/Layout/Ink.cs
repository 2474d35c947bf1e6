namespace TrafficCheck.Reporting.Layout;

/// <summary>What a piece of text means; the canvas turns it into colour, or into nothing.</summary>
internal enum Ink : byte { Plain, Strong, Faint, Good, Warning, Bad, StrongGood, StrongWarning, StrongBad }

internal static class InkCodes
{
    /// <summary>Parameters of the SGR sequence (ECMA-48, 8.3.117); only the colours every terminal theme defines.</summary>
    public static string Sgr(Ink ink) => ink switch
    {
        Ink.Strong => "1",
        Ink.Faint => "2",
        Ink.Good => "32",
        Ink.Warning => "33",
        Ink.Bad => "31",
        Ink.StrongGood => "1;32",
        Ink.StrongWarning => "1;33",
        Ink.StrongBad => "1;31",
        _ => "0",
    };
}
