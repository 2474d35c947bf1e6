using System.Collections.Frozen;

namespace TrafficCheck.Live.Page;

/// <summary>A file of the page itself. None shows anything of the run.</summary>
/// <param name="Bytes">UTF-8.</param>
internal sealed record PageAsset(string ContentType, byte[] Bytes);

/// <summary>The files of the page, as they were compiled in, by path.</summary>
internal static class PageAssets
{
    private const string Prefix = "page/";

    private static readonly Lazy<FrozenDictionary<string, PageAsset>> s_all = new(Read);

    public static FrozenDictionary<string, PageAsset> All => s_all.Value;

    private static FrozenDictionary<string, PageAsset> Read()
    {
        var all = new Dictionary<string, PageAsset>(StringComparer.Ordinal);
        foreach (string name in typeof(PageAssets).Assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            using Stream stream = typeof(PageAssets).Assembly.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            string file = name[Prefix.Length..];
            all.Add(file switch { "index.html" => "/", "openapi.json" => "/api/openapi.json", _ => "/" + file }, new PageAsset(ContentType(file), bytes));
        }

        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string ContentType(string file) => Path.GetExtension(file) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".json" => "application/json; charset=utf-8",
        _ => "application/octet-stream",
    };
}
