using System.Text;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Filters;

/// <summary>
/// A libpcap filter expression that means the same for live frames and for those of files. VLAN tags are hidden from it unless it speaks of <c>vlan</c>:
/// <c>udp port 53</c> finds tagged and untagged frames alike, while libpcap itself finds tagged ones only live, where the system has taken the tag off. An
/// expression with <c>vlan</c> sees the frame with its tags. It is compiled by libpcap for each link type that is met, and run by <see cref="BpfProgram"/>.
/// No filter is set in the system as well: what it refuses could not be counted. Compiling takes a lock; matching is for one thread.
/// </summary>
public sealed class FrameFilter
{
    /// <summary>libpcap numbers of link types that capture files number otherwise.</summary>
    private const int RawIp = 12, AtmRfc1483 = 11;

    private const int SnapLength = 262_144;

    /// <summary>Link types that an expression must make sense on, one at least.</summary>
    private static readonly LinkType[] Usual = [LinkType.Ethernet, LinkType.LinuxSll, LinkType.Ieee80211Radiotap, LinkType.RawIp, LinkType.Ppp];

    private static readonly Lock Compiling = new();

    private readonly Dictionary<LinkType, BpfProgram> _programs = [];
    private readonly bool _seesTags;
    private LinkType _lastType;
    private BpfProgram? _last;

    private FrameFilter(string expression)
    {
        Expression = expression;
        _seesTags = SpeaksOfVlan(expression);
    }

    public string Expression { get; }

    /// <exception cref="LibpcapMissingException">There is no libpcap to compile it.</exception>
    /// <exception cref="FilterException">The expression makes no sense on any usual link type.</exception>
    public static FrameFilter Create(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        Libpcap.Require();
        var filter = new FrameFilter(expression);
        string? first = null;
        foreach (LinkType type in Usual)
        {
            if (filter.TryAdd(type, out string error)) return filter;
            first ??= error;
        }

        throw new FilterException(first!);
    }

    /// <summary>A filter of its own for another thread.</summary>
    public FrameFilter Copy() => new(Expression);

    /// <summary>Whether the frame passes.</summary>
    /// <exception cref="FilterException">The expression makes no sense on this link type.</exception>
    public bool Matches(ReadOnlySpan<byte> frame, uint wireLength, LinkType linkType)
    {
        if (_last is null || linkType != _lastType) Prepare(linkType);
        FrameView view = _seesTags ? FrameView.Whole(frame, wireLength) : FrameView.WithoutTags(frame, wireLength, linkType);
        return _last!.Run(in view) != 0;
    }

    /// <summary>Compiles for a link type before its first frame.</summary>
    /// <exception cref="FilterException">The expression makes no sense on this link type.</exception>
    public void Prepare(LinkType linkType)
    {
        if (!_programs.TryGetValue(linkType, out BpfProgram? program))
        {
            if (!TryAdd(linkType, out string error)) throw new FilterException($"{error} (on frames of link type {LinkTypeNames.Of(linkType)})");
            program = _programs[linkType];
        }

        (_last, _lastType) = (program, linkType);
    }

    /// <summary>The program for a link type, for tests that hold it to libpcap.</summary>
    internal static unsafe BpfInstruction[]? Compile(string expression, LinkType linkType, out string error)
    {
        Libpcap library = Libpcap.Require();
        error = "";
        lock (Compiling)
        {
            nint dead = library.OpenDead(NumberOf(linkType), SnapLength);
            if (dead == 0)
            {
                error = "libpcap has no memory";
                return null;
            }

            try
            {
                Libpcap.BpfProgramHead head = default;
                fixed (byte* text = Encoding.UTF8.GetBytes(expression + "\0"))
                {
                    if (library.Compile(dead, &head, text, 1, uint.MaxValue) != 0)
                    {
                        error = library.ErrorOf(dead);
                        return null;
                    }
                }

                // SAFETY: libpcap gives so many instructions, until FreeCode.
                var instructions = new BpfInstruction[head.Length];
                for (int i = 0; i < instructions.Length; i++)
                {
                    Libpcap.BpfInstruction* from = head.Instructions + i;
                    instructions[i] = new BpfInstruction(from->Code, from->JumpTrue, from->JumpFalse, from->Value);
                }

                library.FreeCode(&head);
                return instructions;
            }
            finally
            {
                library.Close(dead);
            }
        }
    }

    /// <summary>Whether <c>vlan</c> stands in the expression as a word.</summary>
    internal static bool SpeaksOfVlan(string expression)
    {
        const string Word = "vlan";
        for (int at = 0; (at = expression.IndexOf(Word, at, StringComparison.Ordinal)) >= 0; at += Word.Length)
        {
            bool begins = at == 0 || !IsOfWord(expression[at - 1]);
            int end = at + Word.Length;
            if (begins && (end == expression.Length || !IsOfWord(expression[end]))) return true;
        }

        return false;
    }

    internal static int NumberOf(LinkType linkType) => linkType switch
    {
        LinkType.RawIp => RawIp,
        LinkType.AtmRfc1483 => AtmRfc1483,
        _ => (int)linkType,
    };

    private static bool IsOfWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.';

    private bool TryAdd(LinkType linkType, out string error)
    {
        if (Expression.Contains('\0', StringComparison.Ordinal))
        {
            error = "a filter expression cannot hold a zero byte";
            return false;
        }

        if (Compile(Expression, linkType, out error) is not { } instructions) return false;
        if (BpfProgram.TryCreate(instructions) is not { } program)
        {
            error = "libpcap compiled it to a program that cannot be run here";
            return false;
        }

        _programs[linkType] = program;
        return true;
    }
}
