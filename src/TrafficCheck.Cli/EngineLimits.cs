using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Cli;

/// <summary>Limits of the engine, said as what to change on the command line.</summary>
internal static class EngineLimits
{
    /// <exception cref="UsageException">There is not the memory that <c>--max-flows</c> asks for, or the matrix cannot be compiled.</exception>
    public static T Say<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (InsufficientMemoryException e)
        {
            throw new UsageException($"{e.Message} Lower --max-flows.");
        }
        catch (MatrixTooLargeException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
