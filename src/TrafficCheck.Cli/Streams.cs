using System.Text;

namespace TrafficCheck.Cli;

/// <summary>Standard output and standard error. Where the caller closed one (<c>&gt;&amp;-</c>, some services do), what goes there goes nowhere, and the run goes on.</summary>
internal static class Streams
{
    public static Stream Output()
    {
        try
        {
            return Console.OpenStandardOutput();
        }
        catch (Exception e) when (IsClosed(e))
        {
            return Stream.Null;
        }
    }

    /// <summary>Never throws: nobody can be told that telling failed.</summary>
    public static TextWriter Errors()
    {
        try
        {
            return new Forgiving(Console.Error);
        }
        catch (Exception e) when (IsClosed(e))
        {
            return TextWriter.Null;
        }
    }

    /// <summary>What .NET throws where a stream is closed or gone.</summary>
    public static bool IsClosed(Exception e) => e is IOException or UnauthorizedAccessException;

    private sealed class Forgiving(TextWriter inner) : TextWriter
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => Try(() => inner.Write(value));

        public override void Write(string? value) => Try(() => inner.Write(value));

        public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

        public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

        public override void Flush() => Try(inner.Flush);

        private static void Try(Action write)
        {
            try
            {
                write();
            }
            catch (Exception e) when (IsClosed(e))
            {
                // There is nobody to tell.
            }
        }
    }
}
