using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TrafficCheck.TestSupport.Network;

/// <summary>Sends whole Ethernet frames on an interface of a namespace, byte for byte (AF_PACKET), and counts what the system took.</summary>
public sealed unsafe partial class FrameSender : IDisposable
{
    private const int PacketFamily = 17, RawSocket = 3, CloseOnExec = 0x80000, AtOnce = 64;
    private const int Interrupted = 4, NoBuffers = 105, TryAgain = 11;

    private readonly int _socket;

    /// <exception cref="Win32Exception">There is no such interface, or the system refuses.</exception>
    public FrameSender(string space, string device) => _socket = NetworkNamespaces.Inside(space, () => Open(device));

    /// <summary>Frames that the system took so far.</summary>
    public long Sent { get; private set; }

    /// <summary>The frames of a pcap file of microseconds in this machine's byte order, as the samples are.</summary>
    public static IReadOnlyList<byte[]> FramesOf(string pcap)
    {
        byte[] file = File.ReadAllBytes(pcap);
        if (BinaryPrimitives.ReadUInt32LittleEndian(file) != 0xa1b2c3d4) throw new ArgumentException("another kind of file: " + pcap);
        var frames = new List<byte[]>();
        for (int at = 24; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 8));
            frames.Add(file.AsSpan(at + 16, length).ToArray());
            at += 16 + length;
        }

        return frames;
    }

    /// <summary>Sends each frame once.</summary>
    /// <param name="perSecond">Frames a second; null for as fast as it can.</param>
    public void Send(IReadOnlyList<byte[]> frames, double? perSecond = null) => SendRepeatedly(frames, 1, null, perSecond);

    /// <summary>Sends all frames again and again, as fast as it can, for a time.</summary>
    public void SendFor(IReadOnlyList<byte[]> frames, TimeSpan time) => SendRepeatedly(frames, int.MaxValue, time, null);

    public void Dispose() => _ = Close(_socket);

    private void SendRepeatedly(IReadOnlyList<byte[]> frames, int times, TimeSpan? time, double? perSecond)
    {
        int bytes = frames.Sum(f => f.Length), count = frames.Count;
        if (count == 0) return;
        byte* content = (byte*)NativeMemory.Alloc((nuint)bytes);
        var vectors = (nuint*)NativeMemory.Alloc((nuint)count, 16);
        var messages = (MessageHeader*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(MessageHeader));
        try
        {
            byte* at = content;
            for (int i = 0; i < count; i++)
            {
                frames[i].CopyTo(new Span<byte>(at, frames[i].Length));
                (vectors[2 * i], vectors[(2 * i) + 1]) = ((nuint)at, (nuint)frames[i].Length);
                messages[i].Vectors = &vectors[2 * i];
                messages[i].VectorCount = 1;
                at += frames[i].Length;
            }

            long began = Stopwatch.GetTimestamp(), sent = 0;
            for (int round = 0; round < times; round++)
            {
                for (int next = 0; next < count;)
                {
                    TimeSpan passed = Stopwatch.GetElapsedTime(began);
                    if (passed > time) return;
                    int most = Math.Min(AtOnce, count - next);
                    if (perSecond is { } rate)
                    {
                        most = (int)Math.Min(most, (passed.TotalSeconds * rate) + 1 - sent);
                        if (most <= 0)
                        {
                            Thread.Sleep(1);
                            continue;
                        }
                    }

                    int taken = SendMany(_socket, messages + next, (uint)most, 0);
                    if (taken < 0)
                    {
                        int error = Marshal.GetLastPInvokeError();
                        if (error is not (Interrupted or NoBuffers or TryAgain)) throw new Win32Exception(error);
                        Thread.Yield();
                        continue;
                    }

                    (next, sent, Sent) = (next + taken, sent + taken, Sent + taken);
                }
            }
        }
        finally
        {
            NativeMemory.Free(messages);
            NativeMemory.Free(vectors);
            NativeMemory.Free(content);
        }
    }

    private static int Open(string device)
    {
        uint index = IndexOf(device);
        if (index == 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), device);

        // Protocol 0: nothing is received.
        int socket = Socket(PacketFamily, RawSocket | CloseOnExec, 0);
        if (socket < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        byte* address = stackalloc byte[20]; // struct sockaddr_ll
        new Span<byte>(address, 20).Clear();
        *(ushort*)address = PacketFamily;
        *(uint*)(address + 4) = index;
        if (Bind(socket, address, 20) == 0) return socket;
        int error = Marshal.GetLastPInvokeError();
        _ = Close(socket);
        throw new Win32Exception(error);
    }

    /// <summary><c>struct mmsghdr</c> of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public nuint NameLength;
        public nuint* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public nuint Flags;
        public nuint Length;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int kind, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMany(int socket, MessageHeader* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint IndexOf(string device);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
