namespace TrafficCheck.Capture.Filters;

/// <summary>One instruction of a BPF machine.</summary>
/// <param name="JumpTrue">Instructions to pass over when a condition holds; <paramref name="JumpFalse"/> when not.</param>
internal readonly record struct BpfInstruction(ushort Code, byte JumpTrue, byte JumpFalse, uint Value);

/// <summary>
/// A program of the BPF machine (McCanne and Jacobson, 1993), as libpcap compiles filters to it, and its interpreter: what <c>bpf_filter</c> of libpcap
/// answers, without a foreign call for each frame. Checked once, so that it ends and stays within its memory whatever the frame; reads outside the captured
/// bytes refuse the frame. Allocates nothing.
/// </summary>
internal sealed class BpfProgram
{
    private const int Words = 16;

    // Classes, sizes, modes and operations: the lower three bits are the class.
    private const int Ld = 0x00, Ldx = 0x01, St = 0x02, Stx = 0x03, Alu = 0x04, Jmp = 0x05, Ret = 0x06, Misc = 0x07;
    private const int W = 0x00, H = 0x08, B = 0x10, Imm = 0x00, Abs = 0x20, Ind = 0x40, Mem = 0x60, Len = 0x80, Msh = 0xa0;
    private const int Add = 0x00, Sub = 0x10, Mul = 0x20, Div = 0x30, Or = 0x40, And = 0x50, Lsh = 0x60, Rsh = 0x70, Neg = 0x80, Mod = 0x90, Xor = 0xa0;
    private const int Ja = 0x00, Jeq = 0x10, Jgt = 0x20, Jge = 0x30, Jset = 0x40, K = 0x00, X = 0x08, A = 0x10, Tax = 0x00, Txa = 0x80;

    private readonly BpfInstruction[] _instructions;

    private BpfProgram(BpfInstruction[] instructions) => _instructions = instructions;

    /// <summary>Null where the program is none: an unknown instruction, a jump outside of it, a division by zero, a shift by more than a word, no end.</summary>
    public static BpfProgram? TryCreate(ReadOnlySpan<BpfInstruction> instructions)
    {
        if (instructions.IsEmpty || (instructions[^1].Code & 7) != Ret) return null;
        for (int i = 0; i < instructions.Length; i++)
        {
            if (!IsSound(instructions[i], instructions.Length - i - 1)) return null;
        }

        return new BpfProgram(instructions.ToArray());
    }

    /// <summary>What the program returns: 0 refuses the frame.</summary>
    public uint Run(in FrameView frame)
    {
        Span<uint> memory = stackalloc uint[Words];
        memory.Clear();
        uint a = 0, x = 0;
        ReadOnlySpan<BpfInstruction> instructions = _instructions;
        for (int at = 0; ; at++)
        {
            BpfInstruction now = instructions[at];
            uint k = now.Value;
            switch (now.Code)
            {
                case Ld | Abs | W:
                    if (!frame.TryLoad32(k, out a)) return 0;
                    break;
                case Ld | Abs | H:
                    if (!frame.TryLoad16(k, out a)) return 0;
                    break;
                case Ld | Abs | B:
                    if (!frame.TryLoad8(k, out a)) return 0;
                    break;
                case Ld | Ind | W:
                    if (!TryAdd(x, k, out uint word) || !frame.TryLoad32(word, out a)) return 0;
                    break;
                case Ld | Ind | H:
                    if (!TryAdd(x, k, out uint half) || !frame.TryLoad16(half, out a)) return 0;
                    break;
                case Ld | Ind | B:
                    if (!TryAdd(x, k, out uint one) || !frame.TryLoad8(one, out a)) return 0;
                    break;
                case Ldx | Msh | B:
                    if (!frame.TryLoad8(k, out x)) return 0;
                    x = (x & 0xf) << 2;
                    break;
                case Ld | Len: a = frame.WireLength; break;
                case Ldx | Len: x = frame.WireLength; break;
                case Ld | Imm: a = k; break;
                case Ldx | Imm: x = k; break;
                case Ld | Mem: a = memory[(int)k]; break;
                case Ldx | Mem: x = memory[(int)k]; break;
                case St: memory[(int)k] = a; break;
                case Stx: memory[(int)k] = x; break;
                case Jmp | Ja: at += (int)k; break;
                case Jmp | Jeq | K: at += a == k ? now.JumpTrue : now.JumpFalse; break;
                case Jmp | Jgt | K: at += a > k ? now.JumpTrue : now.JumpFalse; break;
                case Jmp | Jge | K: at += a >= k ? now.JumpTrue : now.JumpFalse; break;
                case Jmp | Jset | K: at += (a & k) != 0 ? now.JumpTrue : now.JumpFalse; break;
                case Jmp | Jeq | X: at += a == x ? now.JumpTrue : now.JumpFalse; break;
                case Jmp | Jgt | X: at += a > x ? now.JumpTrue : now.JumpFalse; break;
                case Jmp | Jge | X: at += a >= x ? now.JumpTrue : now.JumpFalse; break;
                case Jmp | Jset | X: at += (a & x) != 0 ? now.JumpTrue : now.JumpFalse; break;
                case Ret | K: return k;
                case Ret | A: return a;
                case Ret | X: return x;
                case Misc | Tax: x = a; break;
                case Misc | Txa: a = x; break;
                case Alu | Neg: a = unchecked(0 - a); break;
                default:
                    uint with = (now.Code & X) != 0 ? x : k;
                    if (!TryCompute(now.Code & 0xf0, ref a, with)) return 0;
                    break;
            }
        }
    }

    private static bool TryCompute(int operation, ref uint a, uint with)
    {
        switch (operation)
        {
            case Add: a = unchecked(a + with); return true;
            case Sub: a = unchecked(a - with); return true;
            case Mul: a = unchecked(a * with); return true;
            case Or: a |= with; return true;
            case And: a &= with; return true;
            case Xor: a ^= with; return true;
            case Lsh: a = with < 32 ? a << (int)with : 0; return true;
            case Rsh: a = with < 32 ? a >> (int)with : 0; return true;
            case Div when with != 0: a /= with; return true;
            case Mod when with != 0: a %= with; return true;
            default: return false; // a division by zero refuses the frame
        }
    }

    private static bool TryAdd(uint x, uint k, out uint sum)
    {
        sum = unchecked(x + k);
        return sum >= x;
    }

    /// <param name="left">Instructions behind this one.</param>
    private static bool IsSound(BpfInstruction instruction, int left) => (instruction.Code & 7) switch
    {
        Ld => instruction.Code is (Ld | Abs | W) or (Ld | Abs | H) or (Ld | Abs | B) or (Ld | Ind | W) or (Ld | Ind | H) or (Ld | Ind | B) or (Ld | Len) or (Ld | Imm)
            || (instruction.Code == (Ld | Mem) && instruction.Value < Words),
        Ldx => instruction.Code is (Ldx | Msh | B) or (Ldx | Len) or (Ldx | Imm) || (instruction.Code == (Ldx | Mem) && instruction.Value < Words),
        St => instruction.Code == St && instruction.Value < Words,
        Stx => instruction.Code == Stx && instruction.Value < Words,
        Alu => instruction.Code == (Alu | Neg)
            || ((instruction.Code & 0xf0) is Add or Sub or Mul or Div or Or or And or Lsh or Rsh or Mod or Xor
                && (instruction.Code & ~0xff) == 0
                && ((instruction.Code & X) != 0 || instruction.Value != 0 || (instruction.Code & 0xf0) is not (Div or Mod))
                && ((instruction.Code & X) != 0 || instruction.Value < 32 || (instruction.Code & 0xf0) is not (Lsh or Rsh))),
        Jmp => instruction.Code == (Jmp | Ja)
            ? instruction.Value < (uint)left
            : instruction.Code is (Jmp | Jeq | K) or (Jmp | Jgt | K) or (Jmp | Jge | K) or (Jmp | Jset | K) or (Jmp | Jeq | X) or (Jmp | Jgt | X) or (Jmp | Jge | X) or (Jmp | Jset | X)
                && instruction.JumpTrue < left && instruction.JumpFalse < left,
        Ret => instruction.Code is (Ret | K) or (Ret | A) or (Ret | X),
        _ => instruction.Code is (Misc | Tax) or (Misc | Txa),
    };
}
