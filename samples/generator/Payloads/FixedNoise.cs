namespace TrafficCheck.SampleGenerator.Payloads;

/// <summary>Bytes that look random and are the same in every run: keys, ciphertext, file content.</summary>
internal static class FixedNoise
{
    public static byte[] Bytes(int length, uint seed)
    {
        var bytes = new byte[length];
        uint state = (seed * 2_654_435_761u) | 1;
        for (int i = 0; i < length; i++)
        {
            // xorshift32 (Marsaglia 2003): the content is irrelevant, only that it never changes.
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            bytes[i] = (byte)(state >> 11);
        }
        return bytes;
    }
}
