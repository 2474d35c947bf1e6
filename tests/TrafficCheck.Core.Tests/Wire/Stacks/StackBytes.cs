namespace TrafficCheck.Core.Tests.Wire.Stacks;

/// <summary>Numbers in network order.</summary>
internal static class StackBytes
{
    public static byte[] U16(int value) => [(byte)(value >> 8), (byte)value];

    public static byte[] U24(uint value) => [(byte)(value >> 16), (byte)(value >> 8), (byte)value];

    public static byte[] U32(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
