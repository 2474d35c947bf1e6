using TrafficCheck.Matrices.Documents;

namespace TrafficCheck.Matrices.Tables;

/// <summary>Reads what a row of a firewall's export does with the traffic.</summary>
internal static class ActionCell
{
    private static readonly HashSet<string> s_allows = Words("allow allowed allows permit permitted accept accepted pass open opened enable enabled yes y true ok grant "
        + "erlauben erlaubt zulassen zugelassen gestattet freigeben ja autoriser autorisé accepter oui permitir permitido aceptar sí si consenti consentito 許可 允许 允許 ✓ ✔ x");

    private static readonly HashSet<string> s_denies = Words("deny denied denies block blocked drop dropped reject rejected refuse refused discard close closed disable disabled no n false forbid forbidden not-allowed disallow "
        + "verweigern verweigert ablehnen abgelehnt blockieren blockiert sperren gesperrt verwerfen verboten nein refuser refusé bloquer bloqué interdit non denegar denegado bloquear bloqueado rechazar nega negato blocca bloccato "
        + "拒否 拒绝 拒絕 禁止 ✗ ✘");

    /// <returns>Whether the row allows; null when the word is not known. A blank cell, or a dash, says nothing against it.</returns>
    public static bool? Read(string cell)
    {
        string slug = Quoted.Slug(Widths.Narrow(cell).Trim());
        if (slug.Length == 0) slug = cell.Trim();
        if (slug is "" or "-" or "–" or "—" || s_allows.Contains(slug)) return true;
        if (s_denies.Contains(slug)) return false;

        // "Allow (log)", "Deny all": the first word decides, unless a later one says otherwise.
        string[] words = slug.Split('-', StringSplitOptions.RemoveEmptyEntries);
        if (words.Any(s_denies.Contains)) return false;
        return words.Length > 0 && s_allows.Contains(words[0]) ? true : null;
    }

    private static HashSet<string> Words(string words) => new(words.Split(' '), StringComparer.Ordinal);
}
