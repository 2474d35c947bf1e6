using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace TrafficCheck.Capture.Feeds;

/// <summary>A file, read at increasing offsets without any buffer in between. Pipes and devices that are opened by path, which have no offsets, are read as streams.</summary>
internal sealed class FileFeed : ByteFeed
{
    private readonly SafeFileHandle _handle;
    private readonly long? _length;

    /// <summary>Reads what has no offsets; null for what has.</summary>
    private readonly FileStream? _stream;
    private long _offset;

    private FileFeed(SafeFileHandle handle, long? length)
    {
        _handle = handle;
        _length = length;
        if (length is null) _stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
    }

    public override long Consumed => Volatile.Read(ref _offset);

    public override long? Total => _length;

    /// <summary>False for pipes: what was read is gone.</summary>
    public bool CanRewind => _length is not null;

    public static bool TryOpen(string path, [NotNullWhen(true)] out FileFeed? feed, [NotNullWhen(false)] out FeedFault? fault)
    {
        SafeFileHandle? handle = null;
        feed = null;
        fault = null;
        try
        {
            // Sharing everything: a capture that is still being written can be read, and is locked for nobody.
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
            feed = new FileFeed(handle, LengthOf(handle));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            handle?.Dispose();
            string reason = e switch
            {
                FileNotFoundException or DirectoryNotFoundException => "it does not exist",
                UnauthorizedAccessException => "access is denied, or it is a folder; check its permissions",
                _ => "the system says: " + e.Message,
            };
            fault = new FeedFault(ProblemCodes.Unreadable, "The file cannot be opened: " + reason + ".");
            return false;
        }
    }

    public override void Dispose()
    {
        _stream?.Dispose();
        _handle.Dispose();
    }

    protected override int ReadCore(Span<byte> into)
    {
        try
        {
            int got = _stream?.Read(into) ?? RandomAccess.Read(_handle, into, _offset);
            Volatile.Write(ref _offset, _offset + got);
            return got;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Fault = new FeedFault(ProblemCodes.ReadError, "The system could not read on: " + e.Message);
            return 0;
        }
    }

    protected override long SkipCore(long count)
    {
        if (_length is null) return 0;
        long passed = Math.Clamp(RandomAccess.GetLength(_handle) - _offset, 0, count);
        Volatile.Write(ref _offset, _offset + passed);
        return passed;
    }

    protected override bool RewindCore()
    {
        if (!CanRewind) return false;
        Volatile.Write(ref _offset, 0);
        return true;
    }

    private static long? LengthOf(SafeFileHandle handle)
    {
        try
        {
            return RandomAccess.GetLength(handle);
        }
        catch (NotSupportedException)
        {
            // The documented answer for handles that cannot seek.
            return null;
        }
    }
}
