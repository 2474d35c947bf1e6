using System.Buffers.Binary;
using System.Text;

namespace TrafficCheck.Fuzz.Loop;

/// <summary>Changes inputs at random, from a seed, in the ways that have proven themselves: AFL's "havoc" and splices.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<string> tokens)
{
    private static readonly int[] s_numbers =
        [0, 1, 2, 3, 4, 7, 8, 12, 16, 20, 31, 32, 63, 64, 100, 127, 128, 255, 256, 512, 1000, 1023, 1024, 4095, 4096, 32767, 32768, 65535, 65536, int.MaxValue, int.MinValue, -1, -2];

    private readonly byte[][] _tokens = [.. tokens.Select(t => t.Any(c => c > 0xff) ? Encoding.UTF8.GetBytes(t) : Encoding.Latin1.GetBytes(t))];

    /// <returns>The length of the changed input in <paramref name="buffer"/>.</returns>
    public int Mutate(ReadOnlySpan<byte> parent, ReadOnlySpan<byte> other, Span<byte> buffer)
    {
        int length = Math.Min(parent.Length, buffer.Length);
        parent[..length].CopyTo(buffer);
        if (random.Next(8) == 0 && !other.IsEmpty)
        {
            // The beginning of one, the end of the other.
            int keep = random.Next(length + 1), from = random.Next(other.Length), more = Math.Min(other.Length - from, buffer.Length - keep);
            other.Slice(from, more).CopyTo(buffer[keep..]);
            length = keep + more;
        }

        for (int changes = 1 << random.Next(5); changes > 0; changes--) length = Change(buffer, length, other);
        return length;
    }

    private int Change(Span<byte> buffer, int length, ReadOnlySpan<byte> other)
    {
        if (length == 0)
        {
            buffer[0] = (byte)random.Next(256);
            return 1;
        }

        // Headers are at the front, and most of what is behind them is data.
        int at = random.Next(3) == 0 ? random.Next(Math.Min(length, 64)) : random.Next(length), left = length - at;
        switch (random.Next(_tokens.Length == 0 ? 12 : 14))
        {
            case 0 or 1: buffer[at] ^= (byte)(1 << random.Next(8)); return length;
            case 2 or 3: buffer[at] = (byte)random.Next(256); return length;
            case 4: buffer[at] += (byte)(random.Next(35) - 17); return length;
            case 5: PutNumber(buffer[at..length], s_numbers[random.Next(s_numbers.Length)] + (random.Next(4) == 0 ? random.Next(3) - 1 : 0)); return length;
            case 6: PutNumber(buffer[at..length], random.Next(2) == 0 ? left : length + random.Next(5) - 2); return length;
            case 7: return at == 0 ? random.Next(length) : at; // cut
            case 8: return Remove(buffer, length, at, 1 + random.Next(Math.Min(left, 32)));
            case 9: return Insert(buffer, length, at, buffer.Slice(random.Next(length), 1).ToArray(), 1 + random.Next(16));
            case 10:
                // A block of its own, somewhere else.
                int from = random.Next(length);
                return Insert(buffer, length, at, buffer.Slice(from, 1 + random.Next(Math.Min(length - from, 128))).ToArray(), 1);
            case 11 when !other.IsEmpty:
                int start = random.Next(other.Length), count = Math.Min(1 + random.Next(Math.Min(other.Length - start, 128)), left);
                other.Slice(start, count).CopyTo(buffer[at..]);
                return length;
            case 12:
                byte[] over = _tokens[random.Next(_tokens.Length)];
                over.AsSpan(0, Math.Min(over.Length, left)).CopyTo(buffer[at..]);
                return length;
            case 13: return Insert(buffer, length, at, _tokens[random.Next(_tokens.Length)], 1);
            default: return length;
        }
    }

    private void PutNumber(Span<byte> to, int value)
    {
        int size = Math.Min(to.Length, 1 << random.Next(3));
        Span<byte> bytes = stackalloc byte[4];
        if (random.Next(2) == 0) BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        else BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        (random.Next(2) == 0 ? bytes[..size] : bytes[(4 - size)..]).CopyTo(to);
    }

    private static int Remove(Span<byte> buffer, int length, int at, int count)
    {
        buffer[(at + count)..length].CopyTo(buffer[at..]);
        return length - count;
    }

    private static int Insert(Span<byte> buffer, int length, int at, ReadOnlySpan<byte> bytes, int times)
    {
        int count = Math.Min(bytes.Length * times, buffer.Length - length);
        if (count <= 0) return length;
        buffer[at..length].CopyTo(buffer[(at + count)..]);
        for (int i = 0; i < count; i++) buffer[at + i] = bytes[i % bytes.Length];
        return length + count;
    }
}
