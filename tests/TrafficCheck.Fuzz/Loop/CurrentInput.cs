using System.IO.MemoryMappedFiles;

namespace TrafficCheck.Fuzz.Loop;

/// <summary>The input that is being run, in a mapped file: it is there for the supervisor when the process is not any more.</summary>
internal sealed unsafe class CurrentInput : IDisposable
{
    private const int NameLength = 32, HeadLength = NameLength + sizeof(int), Capacity = 1 << 17;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _at;

    public CurrentInput(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Capacity);
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _at);
    }

    public void Put(string target, ReadOnlySpan<byte> input)
    {
        var all = new Span<byte>(_at, Capacity);
        all[..NameLength].Clear();
        for (int i = 0; i < Math.Min(target.Length, NameLength); i++) all[i] = (byte)target[i];
        int length = Math.Min(input.Length, Capacity - HeadLength);
        *(int*)(_at + NameLength) = length;
        input[..length].CopyTo(all[HeadLength..]);
    }

    public (string Target, byte[] Input) Get()
    {
        string name = new string((sbyte*)_at, 0, NameLength).TrimEnd('\0');
        return (name, new ReadOnlySpan<byte>(_at + HeadLength, *(int*)(_at + NameLength)).ToArray());
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
