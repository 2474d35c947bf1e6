using System.Globalization;

namespace TrafficCheck.Capture;

/// <summary>Turns arguments (files, folders, <c>-</c>) into inputs.</summary>
public static class CaptureInputs
{
    /// <summary>
    /// Files are taken as they are given. Of folders, at any depth, the files that begin like a capture are taken and the others listed as
    /// skipped. Links to folders inside a folder are not followed, so a cycle of links has no effect.
    /// </summary>
    public static ExpandedInputs Expand(IEnumerable<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var expansion = new Expansion();
        foreach (string arg in args) expansion.Add(arg);
        return new ExpandedInputs(expansion.Inputs, expansion.Skipped, expansion.Errors);
    }

    private sealed class Expansion
    {
        private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

        public List<CaptureInput> Inputs { get; } = [];

        public List<SkippedInput> Skipped { get; } = [];

        public List<string> Errors { get; } = [];

        public void Add(string arg)
        {
            if (arg == CaptureInput.StandardInput) Take(arg, arg);
            else if (Directory.Exists(arg)) AddFolder(arg);
            else if (File.Exists(arg)) Take(arg, Identity(arg));
            else Errors.Add("No such file or folder: '" + arg + "'; check the spelling, or use - for standard input.");
        }

        private void AddFolder(string folder)
        {
            List<string> files = [];
            var open = new Stack<string>();
            open.Push(folder);
            int errors = Errors.Count, skipped = Skipped.Count;
            while (open.TryPop(out string? current)) List(current, files, open);
            files.Sort(StringComparer.Ordinal);
            bool any = false;
            foreach (string file in files) any |= AddFound(file);

            // The system lists folders in any order; the answer has one.
            Skipped.Sort(skipped, Skipped.Count - skipped, Comparer<SkippedInput>.Create((a, b) => string.CompareOrdinal(a.Path, b.Path)));
            Errors.Sort(errors, Errors.Count - errors, StringComparer.Ordinal);
            if (any || Errors.Count > errors) return;
            string others = files.Count.ToString(CultureInfo.InvariantCulture);
            Errors.Add("No capture file in the folder '" + folder + "' (other files: " + others + ").");
        }

        private void List(string folder, List<string> files, Stack<string> open)
        {
            try
            {
                foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
                {
                    string path = Path.Combine(folder, entry.Name);
                    if ((entry.Attributes & FileAttributes.Directory) == 0) files.Add(path);
                    else if (entry.LinkTarget is null) open.Push(path);
                    else Skipped.Add(new SkippedInput(path, "is a link to a folder"));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Errors.Add("The folder '" + folder + "' cannot be listed: " + e.Message);
            }
        }

        /// <returns>Whether the file is a capture, also when it was taken before.</returns>
        private bool AddFound(string file)
        {
            long? length = LengthOf(file);
            if (length is null)
            {
                Skipped.Add(new SkippedInput(file, "leads nowhere: a broken link, or a file that vanished"));
            }
            else if (length == 0)
            {
                // Pipes, sockets and devices have no length either: opening one could wait for ever.
                Skipped.Add(new SkippedInput(file, "is empty or no regular file"));
            }
            else if (!CaptureFile.LooksLikeCapture(file, out string looksLike))
            {
                Skipped.Add(new SkippedInput(file, "looks like " + looksLike));
            }
            else
            {
                Take(file, Identity(file));
                return true;
            }

            return false;
        }

        private void Take(string path, string identity)
        {
            if (_taken.Add(identity)) Inputs.Add(new CaptureInput(path));
            else Skipped.Add(new SkippedInput(path, "is read already; it was given more than once"));
        }

        /// <summary>Length of the file, behind links; null where these lead nowhere or in a circle.</summary>
        private static long? LengthOf(string path)
        {
            var info = new FileInfo(path);
            try
            {
                if (info.LinkTarget is null) return info.Exists ? info.Length : null;
                return info.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target.Length : null;
            }
            catch (IOException)
            {
                // The answer for a circle of links, and for a file that vanished since the folder was listed.
                return null;
            }
        }

        private static string Identity(string path)
        {
            string full = Path.GetFullPath(path);
            try
            {
                return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
            }
            catch (IOException)
            {
                // Opening the path will meet the same trouble and word it.
                return full;
            }
        }
    }
}
