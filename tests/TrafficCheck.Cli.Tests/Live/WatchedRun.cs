using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using TrafficCheck.TestSupport;
using TrafficCheck.TestSupport.Network;

namespace TrafficCheck.Cli.Tests.Live;

/// <summary>The real program, watching in a namespace: what it says, the status on its page, signals to it, and its end. Killed with this object.</summary>
internal sealed partial class WatchedRun : IDisposable
{
    public const int SigHup = 1, SigInt = 2, SigKill = 9, SigTerm = 15, SigCont = 18, SigStop = 19;

    /// <summary>For what should come at once; the machine may be busy.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _space;
    private readonly BlockingCollection<string> _news = [];
    private readonly ConcurrentQueue<string> _lines = [];
    private readonly Task<string> _output;
    private readonly Task _errors;
    private readonly HttpClient _client;

    private WatchedRun(NetworkNamespaces net, string[] before, string[] args)
    {
        _space = net.Watcher;
        string[] all = ["netns", "exec", _space, .. before, .. TheProgram.Invocation, "watch", "--page", "127.0.0.1:0", .. args];
        _process = Process.Start(new ProcessStartInfo("ip", all)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = RepositoryFolder.Find(),
        })!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = Task.Run(ReadErrors);
        _client = new HttpClient(new SocketsHttpHandler { ConnectCallback = (context, _) => new(Connect(context.DnsEndPoint)) }) { Timeout = s_patience };
    }

    /// <summary>Everything on standard error so far.</summary>
    public string Errors => string.Join('\n', _lines);

    public int Id => _process.Id;

    /// <summary>Address of the page, inside the namespace.</summary>
    public string Page { get; private set; } = "";

    /// <summary>Starts it and waits until it captures, its signals are heard and its page answers.</summary>
    public static WatchedRun Start(NetworkNamespaces net, params string[] args) => StartAs(net, [], ["--user", "root", .. args]);

    /// <param name="before">A command that runs the program, such as one that takes rights from it.</param>
    public static WatchedRun StartAs(NetworkNamespaces net, string[] before, params string[] args)
    {
        var run = new WatchedRun(net, before, args);
        try
        {
            run.Page = run.Line("page: ")["page: ".Length..];

            // The second status is published when the run has begun.
            run.Status(s => (long)s["sequence"]! > 1);
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>Waits for a line on standard error that has these words, from where the last one was found.</summary>
    public string Line(string words)
    {
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        while (_news.TryTake(out string? line, (int)Math.Max(0, until - Environment.TickCount64)))
        {
            if (line.Contains(words, StringComparison.Ordinal)) return line;
        }

        throw new TimeoutException($"the program never said '{words}' but:\n{Errors}");
    }

    /// <summary>Waits for a status.</summary>
    public JsonNode Status(Func<JsonNode, bool> wanted) => Poll("api/status", wanted);

    /// <summary>Waits for a status of one interface.</summary>
    public JsonNode Tap(int i, Func<JsonNode, bool> wanted) => Status(s => wanted(s["interfaces"]![i]!))["interfaces"]![i]!;

    /// <summary>Waits until all these frames were read and judged.</summary>
    public JsonNode Frames(long frames) => Status(s => (long)s["framesRead"]! >= frames && (long)s["framesWaiting"]! == 0);

    /// <summary>Waits for a picture of the run.</summary>
    public JsonNode Report(Func<JsonNode, bool> wanted) => Poll("api/report", wanted);

    public string Metrics() => _client.GetStringAsync(new Uri(new Uri(Page), "metrics")).Result;

    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    /// <summary>Waits for its end.</summary>
    public (int Code, string Output, string Errors) End(TimeSpan? within = null)
    {
        if (!_process.WaitForExit(within ?? s_patience)) throw new TimeoutException($"the program does not end:\n{Errors}");
        Assert.True(_errors.Wait(s_patience) && _output.Wait(s_patience), "its output does not end");
        return (_process.ExitCode, _output.Result, Errors);
    }

    /// <summary>Ends it by a signal, and gives its report.</summary>
    public (int Code, JsonNode Report, TimeSpan Took) Stop(int signal = SigInt)
    {
        long began = Stopwatch.GetTimestamp();
        Signal(signal);
        var (code, output, errors) = End();
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        Assert.True(output.StartsWith('{'), $"exit code {code}: {errors}");
        return (code, JsonNode.Parse(output)!, took);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, SigKill);
            _process.WaitForExit();
        }

        _errors.Wait(s_patience);
        _client.Dispose();
        _process.Dispose();
        _news.Dispose();
    }

    private JsonNode Poll(string path, Func<JsonNode, bool> wanted)
    {
        long began = Environment.TickCount64;
        while (true)
        {
            JsonNode? last = Get(path);
            if (last is not null && wanted(last)) return last;
            if (_process.HasExited || Environment.TickCount64 - began > s_patience.TotalMilliseconds)
                throw new TimeoutException($"{path} never came to what was waited for; the last is {last?.ToJsonString()}\n{Errors}");
            Thread.Sleep(50);
        }
    }

    /// <summary>Null while there is none: no picture was taken yet, or the program ends.</summary>
    private JsonNode? Get(string path)
    {
        try
        {
            using HttpResponseMessage answer = _client.GetAsync(new Uri(new Uri(Page), path)).Result;
            return answer.StatusCode == HttpStatusCode.OK ? JsonNode.Parse(answer.Content.ReadAsStringAsync().Result) : null;
        }
        catch (AggregateException e) when (e.InnerException is HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>The page is on the namespace's own loopback.</summary>
    private Stream Connect(DnsEndPoint to) => NetworkNamespaces.Inside(_space, () =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Parse(to.Host), to.Port);
            return (Stream)new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    });

    private void ReadErrors()
    {
        while (_process.StandardError.ReadLine() is { } line)
        {
            _lines.Enqueue(line);
            _news.Add(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
