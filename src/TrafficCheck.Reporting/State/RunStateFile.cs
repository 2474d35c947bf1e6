using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Reporting.State;

/// <summary>
/// The state of a run in a folder: <c>run.state</c>, and the one before it as <c>run.state.before</c>. A line with the version, the body, and a line with its
/// SHA-256, so that half a file is told from a whole one. A new one is written beside it, to the disk, and takes its name at once.
/// </summary>
public static class RunStateFile
{
    public const string FileName = "run.state", SpareName = "run.state.before", TemporaryName = ".run.state.new";

    private const string Schema = "trafficcheck-state/", Version = "1";

    /// <summary>Of the largest state that a run can have, with room to spare.</summary>
    private const long MaxBytes = 256 << 20;

    /// <exception cref="IOException">It cannot be written; what stood there stands there still.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static void Write(string folder, RunState state)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(state);
        string temporary = Path.Combine(folder, TemporaryName), file = Path.Combine(folder, FileName);
        try
        {
            using (var output = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                output.Write(Encoding.ASCII.GetBytes(Schema + Version + "\n"));
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                using (var body = new HashedStream(output, hash)) JsonSerializer.Serialize(body, state, StateFormat.Default.RunState);
                output.Write(Encoding.ASCII.GetBytes("\n" + Convert.ToHexStringLower(hash.GetHashAndReset()) + "\n"));
                output.Flush(flushToDisk: true);
            }

            if (File.Exists(file)) File.Move(file, Path.Combine(folder, SpareName), overwrite: true);
            File.Move(temporary, file, overwrite: true);
        }
        catch
        {
            try
            {
                File.Delete(temporary);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next write replaces it.
            }

            throw;
        }
    }

    /// <summary>The latest state that is sound: the file, or the one before it.</summary>
    /// <param name="current">The matrix that the run goes on with. It may have changed; a state that has no subject of it is of another run.</param>
    /// <param name="why">What is wrong with the file, also where the one before it is taken; null when nothing is, or there is none.</param>
    public static bool TryRead(string folder, AllowedMatrix current, out RunState? state, out string? why)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(current);
        state = null;
        why = null;
        foreach (string name in (ReadOnlySpan<string>)[FileName, SpareName])
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path)) continue;
            state = ReadOne(path, current, out string? wrong);
            if (wrong is not null) why = why is null ? $"{path}: {wrong}" : $"{why}; {path}: {wrong}";
            if (state is not null) return true;
        }

        return false;
    }

    private static RunState? ReadOne(string path, AllowedMatrix current, out string? wrong)
    {
        try
        {
            byte[] bytes;
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1))
            {
                if (file.Length > MaxBytes)
                {
                    wrong = string.Create(CultureInfo.InvariantCulture, $"larger than {MaxBytes >> 20} MB: no state of a run");
                    return null;
                }

                bytes = new byte[file.Length];
                file.ReadExactly(bytes);
            }

            return Parse(bytes, current, out wrong);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            wrong = "cannot be read: " + e.Message;
            return null;
        }
    }

    private static RunState? Parse(ReadOnlySpan<byte> bytes, AllowedMatrix current, out string? wrong)
    {
        int line = bytes[..Math.Min(bytes.Length, 64)].IndexOf((byte)'\n');
        string first = line < 0 ? "" : Encoding.ASCII.GetString(bytes[..line]);
        if (!first.StartsWith(Schema, StringComparison.Ordinal))
        {
            wrong = "not the state of a run";
            return null;
        }

        if (first != Schema + Version)
        {
            wrong = first[Schema.Length..].All(char.IsAsciiDigit) ? $"a state of version {first[Schema.Length..]}, this program knows {Version}" : "not the state of a run";
            return null;
        }

        const int Trailer = 1 + 64 + 1;
        ReadOnlySpan<byte> rest = bytes[(line + 1)..];
        string digest = rest.Length < Trailer ? "" : "\n" + Convert.ToHexStringLower(SHA256.HashData(rest[..^Trailer])) + "\n";
        if (digest.Length == 0 || !rest[^Trailer..].SequenceEqual(Encoding.ASCII.GetBytes(digest)))
        {
            wrong = "damaged or cut short: its checksum does not fit";
            return null;
        }

        try
        {
            ReadOnlySpan<byte> body = rest[..^Trailer];
            wrong = StateCheck.Tokens(body);
            if (wrong is null && JsonSerializer.Deserialize(body, StateFormat.Default.RunState) is { } state)
            {
                wrong = StateCheck.Values(state);
                if (wrong is null && !state.Report.Matrix.Subjects.Any(s => current.Subjects.Any(c => c.Name == s.Name)))
                    wrong = $"the state of a run with another matrix ('{state.Report.Matrix.Name}'): none of its subjects is in the present one";
                if (wrong is null) return state;
            }

            wrong = "not the state of a run: " + (wrong ?? "it is empty");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException or NotSupportedException or OverflowException)
        {
            wrong = "not the state of a run: " + e.Message;
        }

        return null;
    }

    /// <summary>Hands bytes on and hashes them.</summary>
    private sealed class HashedStream(Stream output, IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.AppendData(buffer);
            output.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
