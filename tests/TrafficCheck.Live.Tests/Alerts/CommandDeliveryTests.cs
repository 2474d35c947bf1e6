using System.Diagnostics;
using System.Text.Json;
using TrafficCheck.Live.Alerts;
using TrafficCheck.TestSupport.CaptureFiles;
using static TrafficCheck.Live.Tests.Findings;

namespace TrafficCheck.Live.Tests.Alerts;

public sealed class CommandDeliveryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CommandDeliveryTests() => Assert.SkipUnless(File.Exists("/bin/sh"), "there is no /bin/sh to write a command in");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_command_gets_the_alert_on_its_input_and_the_main_fields_in_its_environment()
    {
        await using AlertHub hub = Hub("cat > in.json; env | grep ^TRAFFICCHECK_ | sort > env.txt; printf '%s' \"$1\" > arg.txt; echo not for us", "'$(touch pwned) `id`'");
        hub.Publish(Report(Of("k", subject: "$(touch pwned)" + Hostile)));
        await hub.FlushAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((1, null), (hub.Status[0].Sent, hub.Status[0].LastError));
        using var document = JsonDocument.Parse(Read("in.json"));
        Assert.Equal("k", document.RootElement.GetProperty("finding").GetProperty("key").GetString());
        string[] environment = Read("env.txt").Split('\n');
        Assert.Contains("TRAFFICCHECK_EVENT=new", environment);
        Assert.Contains("TRAFFICCHECK_PORT=3389", environment);
        Assert.Contains("TRAFFICCHECK_PEER=203.0.113.7", environment);
        Assert.Contains("TRAFFICCHECK_SUBJECT=$(touch pwned)a\"b]c\\d \\x1B[31mred\\u202Egnp.exe\\x0D\\x0Anext \\uD800 <script> \\x9B2J é€", environment);
        Assert.Equal("$(touch pwned) `id`", Read("arg.txt"));
        Assert.False(File.Exists(Path.Combine(_folder.Root, "pwned")));
    }

    [Fact]
    public async Task Commands_run_one_at_a_time_and_their_failure_is_said()
    {
        await using AlertHub hub = Hub("test -e running && echo two >> trouble; touch running; sleep 0.05; rm running; echo bad luck >&2; exit 3");
        hub.Publish(Report(Of("a"), Of("b"), Of("c")));
        await hub.FlushAsync(TimeSpan.FromSeconds(20));
        Assert.False(File.Exists(Path.Combine(_folder.Root, "trouble")));
        Assert.Equal((0, 3, "exit code 3: bad luck"), (hub.Status[0].Sent, hub.Status[0].Dropped, hub.Status[0].LastError));
    }

    [Fact]
    public async Task A_command_that_hangs_is_killed_with_all_that_it_started()
    {
        await using AlertHub hub = Hub("sleep 600 & echo $! > child; echo $$ > parent; wait", "", new AlertOptions { CommandTimeout = TimeSpan.FromSeconds(1) });
        hub.Publish(Report(Of("a")));
        await Eventually.True(() => hub.Status[0].Dropped == 1, "killed");
        Assert.Equal("killed after 1 s", hub.Status[0].LastError);
        foreach (string id in (string[])["child", "parent"]) await Eventually.True(() => !IsAlive(int.Parse(Read(id), System.Globalization.CultureInfo.InvariantCulture)), id);
    }

    [Fact]
    public async Task Endless_output_and_unread_input_do_no_harm()
    {
        await using AlertHub hub = Hub("exec 0<&-; head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; exit 1");
        hub.Publish(Report(Of("a")));
        await hub.FlushAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(1, hub.Status[0].Dropped);
        Assert.InRange(hub.Status[0].LastError!.Length, 10, 2000);
    }

    [Fact]
    public async Task A_command_that_is_not_there_is_said()
    {
        await using var hub = new AlertHub([AlertReceiver.Command("/does/not/exist --secret")], TimeProvider.System);
        hub.Publish(Report(Of("a")));
        await hub.FlushAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(("command exist", 1), (hub.Status[0].Name, hub.Status[0].Dropped));
        Assert.NotNull(hub.Status[0].LastError);
    }

    [Theory]
    [InlineData("a b\t c", "a|b|c")]
    [InlineData("'a b' \"c d\" e\\ f", "a b|c d|e f")]
    [InlineData("a'b'\"c\"\\d '' \"\"", "abcd||")]
    [InlineData("x '\\' \"\\\"\" $HOME `id` *", "x|\\|\"|$HOME|`id`|*")]
    public void Commands_are_split_by_few_rules(string text, string words) => Assert.Equal(words, string.Join('|', CommandWords.Split(text)));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("''")]
    [InlineData("a 'b")]
    [InlineData("a \"b")]
    [InlineData("a\\")]
    [InlineData("a\0b")]
    public void What_is_no_command_is_refused(string text) => Assert.Throws<FormatException>(() => CommandWords.Split(text));

    private AlertHub Hub(string script, string arguments = "", AlertOptions? options = null)
    {
        string path = _folder.Write("command.sh", System.Text.Encoding.UTF8.GetBytes($"cd {_folder.Root}\n{script}\n"));
        return new AlertHub([AlertReceiver.Command($"/bin/sh {path} {arguments}")], TimeProvider.System, options);
    }

    private string Read(string name) => File.ReadAllText(Path.Combine(_folder.Root, name)).TrimEnd('\n');

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is ArgumentException or IOException)
        {
            return false;
        }
    }
}
