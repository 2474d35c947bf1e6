using System.Reflection;

namespace TrafficCheck.Reporting;

/// <summary>The program as reports name it.</summary>
public static class ReportTool
{
    public const string Name = "trafficcheck";

    public static string Version { get; } =
        typeof(ReportTool).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
