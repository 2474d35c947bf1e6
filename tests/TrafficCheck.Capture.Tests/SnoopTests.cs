using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Capture.Tests;

public sealed class SnoopTests
{
    private static readonly byte[] _data = [1, 2, 3, 4, 5];

    [Fact]
    public void Reads_padded_records_with_drops()
    {
        byte[] file = new SnoopFileBuilder().Add(SampleFiles.Start, _data, 60, 3).Add(SampleFiles.Start + 1000, [], drops: 9).ToArray();
        Collected read = Collected.From(file);
        Assert.Equal(
            [
                new CollectedFrame(SampleFiles.Start, "0102030405", 60, 0, LinkType.Ethernet),
                new CollectedFrame(SampleFiles.Start + 1000, "", 0, 0, LinkType.Ethernet),
            ],
            read.Frames);
        Assert.Equal((9L, "snoop"), (read.Summary.DroppedFrames, read.Summary.Format));
        Assert.Empty(read.Summary.Problems);
    }

    [Fact]
    public void An_unmapped_link_is_noted_and_its_frames_delivered()
    {
        Collected read = Collected.From(new SnoopFileBuilder(dataLink: 77).Add(SampleFiles.Start, _data).ToArray());
        Assert.Single(read.Frames);
        Assert.Equal(12, read.Only(ProblemSeverity.Note, "unmapped-link-type").ByteOffset);
    }

    [Fact]
    public void Other_versions_are_damage() =>
        Assert.Equal(
            8, Collected.From(new SnoopFileBuilder(version: 3).Add(SampleFiles.Start, _data).ToArray()).Only(ProblemSeverity.Damage, "unsupported-version").ByteOffset);

    [Theory]
    [InlineData(0u, 5u, "record-length-mismatch")]
    [InlineData(28u, 5u, "record-length-mismatch")]
    [InlineData(uint.MaxValue, 5u, "record-length-mismatch")]
    [InlineData(32u, 262_145u, "absurd-length")]
    [InlineData(200_024u, 200_000u, "truncated-record")]
    public void A_corrupt_length_ends_the_file_there(uint recordLength, uint captured, string code)
    {
        SnoopFileBuilder file = new SnoopFileBuilder().Add(SampleFiles.Start, _data);
        int offset = file.Length;
        Collected read = Collected.From(file.Add(SampleFiles.Start, _data, recordLength: recordLength, captured: captured).ToArray());
        Assert.Single(read.Frames);
        Assert.Equal(offset, read.Only(ProblemSeverity.Damage, code).ByteOffset);
    }
}
