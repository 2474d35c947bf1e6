using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>Flows on their way from the judge to those who sum them. Reused.</summary>
internal sealed class JudgedFlows : IDisposable
{
    /// <summary>Some 50 KB.</summary>
    public const int Capacity = 256;

    private readonly Item[] _items = new Item[Capacity];

    public int Count { get; private set; }

    public bool IsFull => Count == Capacity;

    public Span<Item> Items => _items.AsSpan(0, Count);

    public ref Item Add() => ref _items[Count++];

    public void Clear() => Count = 0;

    public void Dispose()
    {
    }

    internal struct Item
    {
        public FlowSummary Flow;

        /// <summary>Of a flow that <see cref="IsJudged"/>.</summary>
        public Judgement Judgement;

        /// <summary>Of a flow that <see cref="Proves"/>.</summary>
        public FlowReading Reading;

        /// <summary>What it proves of its sockets is to be noted; for one that <see cref="Protects"/>, with a protected end.</summary>
        public bool Proves, Protects;

        public bool IsJudged;
    }
}
