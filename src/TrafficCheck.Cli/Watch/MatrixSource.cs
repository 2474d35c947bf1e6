using System.CommandLine;
using System.Net;
using TrafficCheck.Cli.Commands;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Live.Run;

namespace TrafficCheck.Cli.Watch;

/// <summary>The matrix of a live run, as the options name it; may be read again while the run goes on.</summary>
internal sealed class MatrixSource(JudgingOptions options, ParseResult parsed, EngineOptions engine, string? ledger, string? filter, TimeProvider time)
{
    public string[] Paths { get; } = parsed.GetValue(options.Matrix)!;

    /// <param name="messages">Where it is said what is wrong with it.</param>
    /// <returns>Null when the matrix cannot be used; why was written.</returns>
    /// <exception cref="UsageException">Options do not fit the matrix.</exception>
    public MatrixInForce? Read(TextWriter messages)
    {
        AllowedMatrix? matrix = MatrixLoading.Load(Paths, parsed.GetValue(options.Lenient), verbose: false, messages);
        if (matrix is null) return null;
        ExitRules rules = options.ReadRules(parsed) with { With = OptionText.CheckConditions(parsed.GetValue(options.With) ?? [], matrix) };
        string[] protect = parsed.GetValue(options.Protect) ?? [];
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = ProtectOption.Resolve(matrix, protect);
        return new(matrix, hosts, rules, JudgingOptions.Parameters(Paths, protect, rules, engine, ledger, filter), Paths, time.GetUtcNow());
    }

    /// <summary>Reads it again.</summary>
    /// <param name="why">What is wrong with it, in one line.</param>
    /// <returns>Null when it cannot be used.</returns>
    public MatrixInForce? ReadAgain(out string why)
    {
        using var messages = new StringWriter { NewLine = "\n" };
        why = "";
        try
        {
            MatrixInForce? read = Read(messages);
            if (read is not null) return read;
            string[] lines = messages.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            why = lines.Length == 0 ? "it cannot be used" : lines.Length == 1 ? lines[0] : $"{lines[0]} (and {lines.Length - 1} more)";
        }
        catch (UsageException e)
        {
            why = e.Message;
        }

        return null;
    }
}
