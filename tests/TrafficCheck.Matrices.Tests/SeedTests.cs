using System.Globalization;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Lint;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Matrices.Tests;

/// <summary>The vendor's table as published, cell for cell.</summary>
public sealed class SeedTests
{
    /// <summary>Line, id, and the row in short.</summary>
    private static readonly string[] s_rows =
    [
        "3 R1 from 20/tcp In/Out ftp if ftp-server",
        "4 R2 21/tcp In/Out ftp if ftp-server",
        "5 R3 21/tcp In/Out ftps-explicit",
        "6 R4 22/tcp In/Out ssh",
        "8 R5 25/tcp In",
        "9 R6 25/tcp Out",
        "10 R7 53/tcp+udp In/Out",
        "11 R8 53/tcp Out if dns-servers",
        "13 R9 53/udp Out if dns-servers",
        "14 R10 80/tcp In if pmm",
        "15 R11 80/tcp Out [clearswifthelp.clearswift.com]",
        "16 R12 80/tcp Out [repo.clearswift.net rh.repo.clearswift.net]",
        "17 R13 80/tcp Out",
        "19 R14 80/tcp Out",
        "21 R15 80/tcp Out",
        "23 R16 80/tcp Out [sn12.mailshell.net sn60.mailshell.net db11spamcatcher.net verio.mailshell.net tisdk.mailshell.net ruledownloads.com rules-mailshell.co.uk rulesdownload.mailshell.net spamcatcher.net]",
        "25 R17 80/tcp Out [clearswiftstat.mailshell.net]",
        "26 R18 80/tcp Out [www.clearswift.com]",
        "27 R19 80/tcp Out",
        "28 R20 123/udp Out [0.rhel.pool.ntp.org 1.rhel.pool.ntp.org 2.rhel.pool.ntp.org 3.rhel.pool.ntp.org] if configured",
        "29 R21 135/tcp Out if pmm",
        "30 R22 137/udp Out if pmm",
        "31 R23 139/tcp Out if pmm",
        "32 R24 162/udp In",
        "33 R25 389/tcp In/Out if ldap-servers",
        "34 R26 389/tcp In/Out",
        "35 R27 443/tcp In/Out",
        "36 R28 443/tcp In",
        "37 R29 443/tcp Out [86.188.240.24 213.106.99.208 46.236.38.70]",
        "39 R30 443/tcp In/Out",
        "40 R31 445/tcp Out if pmm",
        "41 R32 514/tcp Out",
        "42 R33 636/tcp In/Out",
        "43 R34 990/tcp In/Out ftps-implicit",
        "45 R35 11371/tcp In/Out",
        "46 R36 3268/tcp Out if ldap-servers",
        "48 R37 3269/tcp In/Out if ldap-servers",
        "52 R38 10443/tcp Out",
        "53 R39 23953/tcp In/Out",
        "54 R40 23955/tcp In/Out",
    ];

    private static readonly string[] s_messages =
    [
        "3 application-in-protocol", "4 application-in-protocol", "5 application-in-protocol", "6 application-in-protocol", "6 cell-broken-over-lines", "6 text-cut-short", "9 footnote-mark", "10 several-transports",
        "11 cell-broken-over-lines", "13 blank-filled-down", "15 peers-from-text", "16 peers-from-text", "17 cell-broken-over-lines", "17 text-cut-short", "19 cell-broken-over-lines", "19 text-cut-short",
        "21 cell-broken-over-lines", "21 identical-rows", "21 text-cut-short", "23 cell-broken-over-lines", "23 peers-from-text", "25 peers-from-text", "26 peers-from-text", "28 peers-from-text", "36 text-cut-short",
        "37 cell-broken-over-lines", "37 peers-from-text", "43 application-in-protocol", "43 cell-broken-over-lines", "43 text-cut-short", "46 cell-broken-over-lines", "49 text-between-tables", "50 another-subject",
    ];

    private static readonly string[] s_lint =
    [
        "4 both-ways", "4 cleartext-twin", "4 missing-companion", "5 both-ways", "5 missing-companion", "6 sensitive-port", "10 both-ways", "11 generalisation", "11 limit-in-prose", "13 generalisation", "13 limit-in-prose",
        "14 cleartext-twin", "15 cleartext-twin", "15 shadowing", "16 cleartext-twin", "16 shadowing", "17 cleartext-twin", "19 cleartext-twin", "19 redundancy", "21 cleartext-twin", "21 redundancy", "23 cleartext-twin",
        "23 shadowing", "25 cleartext-twin", "25 shadowing", "26 cleartext-twin", "26 shadowing", "27 cleartext-twin", "27 redundancy", "29 missing-companion", "32 only-goes-out", "33 both-ways", "33 cleartext-twin",
        "34 both-ways", "34 cleartext-twin", "34 redundancy", "35 both-ways", "36 generalisation", "37 shadowing", "39 both-ways", "39 redundancy", "41 registry-name", "42 both-ways", "43 both-ways", "45 both-ways",
        "46 cleartext-twin", "48 both-ways",
    ];

    [Fact]
    public void Forty_rows_in_two_subjects()
    {
        AllowedMatrix matrix = Documents.Good(Read());
        Assert.Equal(s_rows, matrix.Rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Source.Line} {r.Id} {Documents.Short(r)}")));
        Assert.Equal(["subject-1", "exchange-server"], matrix.Subjects.Select(s => s.Name));
        Assert.Equal(Enumerable.Repeat(0, 37).Concat(Enumerable.Repeat(1, 3)), matrix.Rows.Select(r => r.Subject));
        Assert.Equal(Enumerable.Repeat(1, 37).Concat(Enumerable.Repeat(2, 3)), matrix.Rows.Select(r => r.Source.Table));
        Assert.Equal(["ftp-server", "dns-servers", "pmm", "configured", "ldap-servers"], matrix.Conditions);
    }

    [Fact]
    public void Purposes_are_whole_although_their_cells_are_broken()
    {
        IReadOnlyList<MatrixRow> rows = Documents.Good(Read()).Rows;
        Assert.Equal("Backup & Restore and Transaction Logging. Also used to connect the", rows[3].Purpose);
        Assert.Equal(rows[7].Purpose, rows[8].Purpose);
        Assert.StartsWith("DNS requests, if using DNS servers", rows[8].Purpose, StringComparison.Ordinal);
        Assert.Equal("LDAP access to SXG configuration store.", rows[39].Purpose);
    }

    [Fact]
    public void Every_oddity_has_its_message_and_line() => Assert.Equal(s_messages, Sorted(Read().Messages));

    [Fact]
    public void Lint_says_what_the_table_leaves_open() => Assert.Equal(s_lint, Sorted(MatrixLint.Check(Documents.Good(Read()))));

    [Theory]
    [InlineData(MatrixForm.Yaml, "yaml")]
    [InlineData(MatrixForm.Json, "json")]
    [InlineData(MatrixForm.Csv, "csv")]
    [InlineData(MatrixForm.Markdown, "md")]
    public void Every_form_gives_the_same_matrix_again(MatrixForm form, string ending)
    {
        AllowedMatrix matrix = Documents.Good(Read());
        MatrixImport again = RoundTrip.Through(matrix, form, ending);
        RoundTrip.AssertSame(matrix, Documents.Good(again));
        Assert.Empty(again.Messages);
    }

    private static string[] Sorted(IEnumerable<MatrixMessage> messages) => [.. messages.OrderBy(m => m.Line).ThenBy(m => m.Code, StringComparer.Ordinal).Select(Documents.Place)];

    private static MatrixImport Read()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the vendor's table is not beside this clone");
        return MatrixReader.Read([Path.Combine(shared, "seed", "vendor-port-table.md")], new MatrixReadOptions());
    }
}
