using System.Globalization;
using System.Security.Cryptography;

namespace TrafficCheck.Live;

/// <summary>Tells what one run names (its alerts, its evidence files) from that of every other: the time of its start in UTC, and six random digits.</summary>
internal static class RunName
{
    public static string New(TimeProvider time) => string.Create(
        CultureInfo.InvariantCulture, $"{time.GetUtcNow().UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}");
}
