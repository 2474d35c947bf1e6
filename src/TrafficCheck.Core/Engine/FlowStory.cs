using System.Globalization;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine;

/// <summary>What a flow showed beyond its direction, in sentences: by which name its server was called, and whose it is.</summary>
internal static class FlowStory
{
    public static IEnumerable<string> Of(FlowNote note, PeerNaming? names, RelatedFlows? related)
    {
        if (note.Name != 0 && names?.Text(note.Name) is { Length: > 0 } name)
            yield return Text($"the client called its server {name} ({((NameKind)note.NameKind).Word()}) in frame {note.NameFrame}");
        if (note.Control != 0 && related is not null) yield return "its messages may announce other flows; they are read to its end";
        if (note.Parent == 0 || related is null) yield break;
        var by = (RelatedBy)note.Announcement;
        yield return by.IsInferred()
            ? Text($"{by.Word()}, inferred: {related[note.Parent]} hides its announcements, from frame {note.AnnouncedFrame} on")
            : Text($"{by.Word()}, {by.Grade(note.IsGuess)} by {related[note.Parent]} in frame {note.AnnouncedFrame}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
