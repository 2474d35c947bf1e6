using System.Runtime.CompilerServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Matrix;

/// <summary>
/// Answers that were found, by class of rows and class of peer: the table of cross products (Srinivasan, Varghese, Suri and Waldvogel, "Fast and
/// Scalable Layer Four Switching", 1998), filled as it is asked. It holds at most 786 432 (16 MB); then it forgets all and begins anew.
/// </summary>
internal sealed class AnswerMemo(ulong seed)
{
    private const int MaxSlots = 1 << 20;

    private readonly ulong _seed = seed | 1;
    private Slot[] _slots = new Slot[64];
    private int _taken;

    /// <param name="answer">Undefined when there is none.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(int rows, int peer, out RowMatch answer)
    {
        Slot[] slots = _slots;
        for (int at = Home(rows, peer); ; at++)
        {
            ref readonly Slot slot = ref slots[at & (slots.Length - 1)];
            if (slot.Rows == rows && slot.Peer == peer)
            {
                answer = new((MatchAnswer)slot.Answer, slot.RowSet);
                return true;
            }

            if (slot.Rows == 0)
            {
                answer = default;
                return false;
            }
        }
    }

    /// <param name="rows">An <see cref="CandidateRows.Entry"/>; not 0.</param>
    /// <param name="peer">A prefix, or a number of the caller's below 0.</param>
    public void Add(int rows, int peer, RowMatch answer)
    {
        if (_taken * 4 >= _slots.Length * 3) MakeRoom();
        Put(new Slot(rows, peer, (int)answer.Answer, answer.RowSet));
    }

    public AnswerMemo Fork()
    {
        var fork = (AnswerMemo)MemberwiseClone();
        fork._slots = (Slot[])_slots.Clone();
        return fork;
    }

    private int Home(int rows, int peer) => (int)FoldedProduct.Of((uint)rows ^ _seed, ((ulong)(uint)peer << 32) ^ 0x9e3779b97f4a7c15);

    private void MakeRoom()
    {
        Slot[] old = _slots;
        _taken = 0;
        _slots = new Slot[Math.Min(old.Length * 2, MaxSlots)];
        if (_slots.Length == old.Length) return;
        foreach (Slot slot in old)
        {
            if (slot.Rows != 0) Put(slot);
        }
    }

    private void Put(Slot slot)
    {
        int at = Home(slot.Rows, slot.Peer);
        while (_slots[at & (_slots.Length - 1)].Rows != 0) at++;
        _slots[at & (_slots.Length - 1)] = slot;
        _taken++;
    }

    private readonly record struct Slot(int Rows, int Peer, int Answer, int RowSet);
}
