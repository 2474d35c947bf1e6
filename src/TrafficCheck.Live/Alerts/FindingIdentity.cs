using System.Globalization;
using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Live.Alerts;

/// <summary>By what a finding is known again in later reports.</summary>
internal static class FindingIdentity
{
    /// <summary>The key; of a finding without one, what it is about.</summary>
    public static string Of(Finding finding) => finding.Key.Length > 0
        ? finding.Key
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{finding.Kind.Word()}/{finding.Reason.Word()}/{finding.Subject}/{finding.Direction.Word()}/{finding.Transport}/{finding.ServicePort}/{finding.Application}/{finding.NearestRow}/{finding.Network}");
}
