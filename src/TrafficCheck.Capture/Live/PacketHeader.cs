namespace TrafficCheck.Capture.Live;

/// <summary><c>struct pcap_pkthdr</c>, whose times have other widths on each system.</summary>
/// <param name="Fraction">Microseconds or nanoseconds, as the interface was opened.</param>
internal readonly record struct PacketHeader(long Seconds, uint Fraction, uint CapturedLength, uint WireLength)
{
    // SAFETY: libpcap gives a whole header with each frame.
    public static unsafe PacketHeader Read(byte* header)
    {
        // struct timeval: two 32-bit longs on Windows; seconds of 64 bits and a fraction of 32, aligned to 64, on macOS; two longs elsewhere, of which the
        // second never exceeds 32 bits either, and is read so in little-endian order.
        if (OperatingSystem.IsWindows() || sizeof(nint) == 4) return new(*(int*)header, *(uint*)(header + 4), *(uint*)(header + 8), *(uint*)(header + 12));
        uint fraction = BitConverter.IsLittleEndian ? *(uint*)(header + 8) : (uint)*(long*)(header + 8);
        return new(*(long*)header, fraction, *(uint*)(header + 16), *(uint*)(header + 20));
    }
}
