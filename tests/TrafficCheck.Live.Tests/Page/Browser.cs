using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrafficCheck.Live.Tests.Page;

/// <summary>A headless Chromium, driven by its own protocol over a web socket. One tab.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _ends = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _waiting = new();
    private Task _receiving = Task.CompletedTask;
    private int _last;

    private Browser(Process process, string profile)
    {
        _process = process;
        _profile = profile;
    }

    /// <summary>Addresses of everything the tab asked for.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Errors and warnings of the console, refusals of the policy, exceptions.</summary>
    public ConcurrentQueue<string> Complaints { get; } = [];

    public static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => s_names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    public static async Task<Browser> StartAsync()
    {
        string? program = Find();
        Assert.SkipWhen(program is null, "no Chromium was found");
        string profile = Directory.CreateTempSubdirectory("trafficcheck-browser").FullName;
        var start = new ProcessStartInfo(program!)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--no-default-browser-check", "--hide-scrollbars", "--remote-debugging-port=0", "--user-data-dir=" + profile, "about:blank",
            },
        };
        var browser = new Browser(Process.Start(start)!, profile);
        try
        {
            await browser.ConnectAsync();
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    public async Task<JsonNode> SendAsync(string method, JsonObject? parameters = null)
    {
        int id = Interlocked.Increment(ref _last);
        var answer = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        byte[] message = Encoding.UTF8.GetBytes(new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] }.ToJsonString());
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Text, true, _ends.Token);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public Task OpenAsync(Uri address) => SendAsync("Page.navigate", new() { ["url"] = address.ToString() });

    public async Task<string> EvaluateAsync(string script)
    {
        JsonNode answer = await SendAsync("Runtime.evaluate", new() { ["expression"] = script, ["returnByValue"] = true, ["awaitPromise"] = true });
        if (answer["exceptionDetails"] is { } wrong) throw new InvalidOperationException($"{script}: {wrong.ToJsonString()}");
        return answer["result"]?["value"]?.ToString() ?? "";
    }

    /// <summary>Asks until the script gives the value, for ten seconds at most. No-break spaces count as spaces.</summary>
    public async Task ExpectAsync(string expected, string script)
    {
        string seen = "";
        for (int tries = 0; tries < 200; tries++)
        {
            try
            {
                seen = (await EvaluateAsync(script)).Replace('\u00A0', ' ');
            }
            catch (InvalidOperationException e)
            {
                // While a page is loaded there may be nothing yet of what is asked for.
                seen = e.Message;
            }

            if (seen == expected) return;
            await Task.Delay(50);
        }

        Assert.Fail($"{script} gave '{seen}', not '{expected}'; complaints: {string.Join("; ", Complaints)}");
    }

    /// <summary>Presses and releases a key, as a person does.</summary>
    public async Task PressAsync(string key, int code, string? text = null)
    {
        var down = new JsonObject { ["type"] = text is null ? "rawKeyDown" : "keyDown", ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code };
        if (text is not null) down["text"] = text;
        await SendAsync("Input.dispatchKeyEvent", down);
        await SendAsync("Input.dispatchKeyEvent", new() { ["type"] = "keyUp", ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code });
    }

    public Task TabAsync() => PressAsync("Tab", 9);

    public Task SizeAsync(int width, int height) => SendAsync("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });

    public Task PreferAsync(string theme) => SendAsync("Emulation.setEmulatedMedia", new() { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = theme }) });

    /// <summary>A part of the page, from a height on.</summary>
    public async Task PictureAsync(string path, int from, int width, int height)
    {
        JsonNode answer = await SendAsync("Page.captureScreenshot", new()
        {
            ["format"] = "png",
            ["captureBeyondViewport"] = true,
            ["clip"] = new JsonObject { ["x"] = 0, ["y"] = from, ["width"] = width, ["height"] = height, ["scale"] = 1 },
        });
        await File.WriteAllBytesAsync(path, Convert.FromBase64String(answer["data"]!.ToString()));
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        try
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            await _receiving;
        }
        catch (InvalidOperationException)
        {
            // It is gone already.
        }

        _process.Dispose();
        _socket.Dispose();
        _sending.Dispose();
        _ends.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // What a dying process still holds is left to the system's own cleaning.
        }
    }

    private async Task ConnectAsync()
    {
        const string Says = "DevTools listening on ";
        string? line;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        do line = await _process.StandardError.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("the browser ended at once");
        while (!line.StartsWith(Says, StringComparison.Ordinal));
        _ = _process.StandardError.BaseStream.CopyToAsync(Stream.Null, _ends.Token);
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, _ends.Token);
        var devTools = new Uri(line[Says.Length..]);
        using var http = new HttpClient();
        string tab = "";
        for (int tries = 0; tab.Length == 0 && tries < 100; tries++)
        {
            JsonNode tabs = JsonNode.Parse(await http.GetStringAsync(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{devTools.Port}/json"), patience.Token))!;
            tab = tabs.AsArray().FirstOrDefault(t => t!["type"]!.ToString() == "page")?["webSocketDebuggerUrl"]?.ToString() ?? "";
            if (tab.Length == 0) await Task.Delay(50, patience.Token);
        }

        await _socket.ConnectAsync(new Uri(tab), patience.Token);
        _receiving = ReceiveAsync();
        foreach (string domain in new[] { "Page", "Runtime", "Network", "Log" }) await SendAsync(domain + ".enable");
    }

    private async Task ReceiveAsync()
    {
        byte[] room = new byte[1 << 16];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(room.AsMemory(), _ends.Token);
                if (part.MessageType == WebSocketMessageType.Close) return;
                message.Write(room, 0, part.Count);
                if (!part.EndOfMessage) continue;
                Take(JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length))!);
                message.SetLength(0);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            foreach (TaskCompletionSource<JsonNode> answer in _waiting.Values) answer.TrySetException(new InvalidOperationException("the browser is gone"));
        }
    }

    private void Take(JsonNode message)
    {
        if (message["id"] is { } id)
        {
            if (!_waiting.TryRemove(id.GetValue<int>(), out TaskCompletionSource<JsonNode>? answer)) return;
            if (message["error"] is { } error) answer.SetException(new InvalidOperationException(error.ToJsonString()));
            else answer.SetResult(message["result"]!);
            return;
        }

        JsonNode? about = message["params"];
        switch (message["method"]!.ToString())
        {
            case "Network.requestWillBeSent":
                Requests.Enqueue(about!["request"]!["url"]!.ToString());
                break;
            case "Runtime.exceptionThrown":
                Complaints.Enqueue(about!["exceptionDetails"]!.ToJsonString());
                break;
            case "Log.entryAdded" when about!["entry"]!["level"]!.ToString() is "error" or "warning":
                Complaints.Enqueue(about["entry"]!.ToJsonString());
                break;
            case "Runtime.consoleAPICalled" when about!["type"]!.ToString() is "error" or "warning" or "assert":
                Complaints.Enqueue(about["args"]!.ToJsonString());
                break;
        }
    }
}
