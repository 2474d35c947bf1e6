using System.Buffers.Binary;
using System.IO.Compression;

namespace TrafficCheck.Capture.Feeds;

/// <summary>What is wrong with gzip framing.</summary>
internal sealed class GzipException : IOException
{
    public GzipException(string message)
        : base(message)
    {
    }

    public GzipException()
    {
    }

    public GzipException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>
/// Gzip members one behind the other (RFC 1952). <see cref="GZipStream"/> takes a cut file for a whole one and keeps back data whose
/// checksum fails, so the framing is read here and only the deflate data goes through the framework.
/// </summary>
internal sealed class GzipDecoder : IDecoder
{
    private const int TrailerLength = 8;

    private readonly Window _window;
    private DeflateStream? _member;
    private uint _crc;
    private uint _size;
    private bool _first = true;

    public GzipDecoder(ByteFeed feed) => _window = new Window(feed);

    public bool TrailingData { get; private set; }

    public int Read(Span<byte> into)
    {
        if (into.IsEmpty || TrailingData) return 0;
        while (true)
        {
            if (_member is null && !TryBeginMember()) return 0;
            int got = _member!.Read(into);
            if (got > 0)
            {
                _crc = Crc32.Append(_crc, into[..got]);
                _size += (uint)got;
                return got;
            }

            // At the end of the deflate data the inflater asks for nothing more; a cut is met as a refused wish for more.
            if (_window.AskedInVain) throw new EndOfStreamException();
            EndMember();
        }
    }

    public void Dispose()
    {
        _member?.Dispose();
        _window.Dispose();
    }

    private bool TryBeginMember()
    {
        if (!_window.Require(1)) return _first ? throw new EndOfStreamException() : false;
        if (_window.Peek(0) != 0x1f || (_window.Require(2) && _window.Peek(1) != 0x8b))
        {
            if (_first) throw new GzipException("no gzip header");
            TrailingData = !_window.OnlyZeros();
            return false;
        }

        _first = false;
        if (!_window.Require(10)) throw new EndOfStreamException();
        if (_window.Peek(2) != 8) throw new GzipException("unknown compression method");
        int flags = _window.Peek(3);
        _window.Advance(10);
        if ((flags & 4) != 0)
        {
            if (!_window.Require(2)) throw new EndOfStreamException();
            int extra = _window.Peek(0) | (_window.Peek(1) << 8);
            _window.Advance(2);
            for (; extra > 0; extra--) SkipByte();
        }

        if ((flags & 8) != 0) SkipText();
        if ((flags & 16) != 0) SkipText();
        if ((flags & 2) != 0)
        {
            SkipByte();
            SkipByte();
        }

        _crc = 0;
        _size = 0;
        _window.BeginSupply();
        _member = new DeflateStream(_window, CompressionMode.Decompress, leaveOpen: true);
        return true;
    }

    private void SkipText()
    {
        while (SkipByte() != 0)
        {
        }
    }

    private byte SkipByte()
    {
        if (!_window.Require(1)) throw new EndOfStreamException();
        byte value = _window.Peek(0);
        _window.Advance(1);
        return value;
    }

    /// <summary>
    /// Finds the trailer. The inflater does not say how much of its last input belongs to the member, but the trailer holds the checksum
    /// and the size that were just computed: those 64 bits mark the place and prove the data in one.
    /// </summary>
    private void EndMember()
    {
        _member!.Dispose();
        _member = null;
        Span<byte> trailer = stackalloc byte[TrailerLength];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], _size);
        if (_window.TryPass(trailer)) return;
        if (_window.EndsWithPartOf(trailer)) throw new EndOfStreamException();
        throw new GzipException("the checksum does not fit the data, or is cut off");
    }

    /// <summary>The compressed bytes at hand, given to the inflater piece by piece; the last piece stays until it is known what of it was used.</summary>
    private sealed class Window(ByteFeed feed) : Stream
    {
        private readonly byte[] _bytes = new byte[1 << 15];
        private int _start;
        private int _end;
        private int _lastSupplied;

        /// <summary>The inflater wanted more than there is.</summary>
        public bool AskedInVain { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public byte Peek(int index) => _bytes[_start + index];

        public void Advance(int count) => _start += count;

        /// <summary>Makes <paramref name="count"/> bytes available where the feed has them.</summary>
        public bool Require(int count)
        {
            if (_end - _start >= count) return true;
            if (_start > 0)
            {
                _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
                _end -= _start;
                _start = 0;
            }

            for (int got; _end < count && (got = feed.Read(_bytes.AsSpan(_end))) > 0;) _end += got;
            return _end >= count;
        }

        public void BeginSupply()
        {
            _lastSupplied = 0;
            AskedInVain = false;
        }

        public override int Read(Span<byte> buffer)
        {
            _lastSupplied = 0;
            if (!Require(1))
            {
                AskedInVain = true;
                return 0;
            }

            int count = Math.Min(buffer.Length, _end - _start);
            _bytes.AsSpan(_start, count).CopyTo(buffer);
            _start += count;
            _lastSupplied = count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        /// <summary>
        /// Goes behind <paramref name="mark"/> in the piece supplied last or directly behind it. The mark of an empty member is all zeros and
        /// may fit a byte too early, so the first place before another member or the end of the data is taken, and only without one the first.
        /// </summary>
        public bool TryPass(ReadOnlySpan<byte> mark)
        {
            int piece = _lastSupplied;
            _start -= piece;
            _lastSupplied = 0;
            Require(piece + mark.Length + 2);
            ReadOnlySpan<byte> bytes = _bytes.AsSpan(_start, _end - _start);
            int first = -1;
            for (int from = 0, at; from <= piece && (at = bytes[from..Math.Min(bytes.Length, piece + mark.Length)].IndexOf(mark)) >= 0; from += at + 1)
            {
                int behind = from + at + mark.Length;
                if (first < 0) first = behind;
                ReadOnlySpan<byte> next = bytes[behind..];
                if (!next.IsEmpty && !(next.Length >= 2 && next[0] == 0x1f && next[1] == 0x8b)) continue;
                first = behind;
                break;
            }

            if (first < 0) return false;
            _start += first;
            return true;
        }

        /// <summary>Whether the feed ends in the middle of <paramref name="mark"/>.</summary>
        public bool EndsWithPartOf(ReadOnlySpan<byte> mark)
        {
            ReadOnlySpan<byte> rest = _bytes.AsSpan(_start, _end - _start);
            for (int length = Math.Min(mark.Length - 1, rest.Length); length > 0; length--)
            {
                if (rest.EndsWith(mark[..length])) return true;
            }

            return rest.IsEmpty;
        }

        /// <summary>Whether nothing but zeros follows, as on tapes and in padded archives. Reads to the first other byte.</summary>
        public bool OnlyZeros()
        {
            while (Require(1))
            {
                if (_bytes.AsSpan(_start, _end - _start).ContainsAnyExcept((byte)0)) return false;
                _start = _end;
            }

            return true;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
