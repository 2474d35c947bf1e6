using System.Net;
using System.Net.Sockets;
using TrafficCheck.Live.Page;

namespace TrafficCheck.Live.Tests.Page;

public sealed class LivePageOptionsTests
{
    private const string Token = "0123456789abcdef";

    [Theory]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("localhost:8080", "127.0.0.1:8080")]
    [InlineData("[::1]:0", "[::1]:0")]
    [InlineData("127.9.9.9:1", "127.9.9.9:1")]
    public void Loopback_needs_no_token(string text, string endPoint) => Assert.Equal(endPoint, LivePageOptions.Parse(text, null).EndPoint.ToString());

    [Theory]
    [InlineData("0.0.0.0:8080")]
    [InlineData("[::]:8080")]
    [InlineData("192.0.2.1:8080")]
    public void Any_other_address_does(string text)
    {
        Assert.Contains("token", Assert.Throws<LivePageException>(() => LivePageOptions.Parse(text, null)).Message, StringComparison.Ordinal);
        Assert.Contains("token", Assert.Throws<LivePageException>(() => LivePageOptions.Parse(text, Token[1..])).Message, StringComparison.Ordinal);
        Assert.Equal(Token, LivePageOptions.Parse(text, Token).Token);
    }

    [Theory]
    [InlineData("")]
    [InlineData("8080")]
    [InlineData(":8080")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("127.1:80")]
    [InlineData("::1:80")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("monitor.example:80")]
    [InlineData("http://127.0.0.1:80")]
    public void What_is_no_address_and_port_is_said_to_be_none(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<LivePageException>(() => LivePageOptions.Parse(text, null)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0123456789 abcdef")]
    [InlineData("0123456789abcdéf")]
    public void A_token_that_no_header_carries_is_refused(string token) => Assert.Throws<LivePageException>(() => LivePageOptions.Parse("127.0.0.1:0", token));

    [Fact]
    public async Task A_port_that_is_taken_and_an_address_of_another_machine_are_errors_that_say_so()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var feed = new LiveFeed(Samples.Status(1));
        LivePageException wrong = await Assert.ThrowsAsync<LivePageException>(() => LivePage.StartAsync(LivePageOptions.Parse(taken.LocalEndpoint.ToString()!, null), feed, TestContext.Current.CancellationToken));
        Assert.Contains("another program holds the port", wrong.Message, StringComparison.Ordinal);
        wrong = await Assert.ThrowsAsync<LivePageException>(() => LivePage.StartAsync(LivePageOptions.Parse("192.0.2.1:0", Token), feed, TestContext.Current.CancellationToken));
        Assert.Contains("no interface", wrong.Message, StringComparison.Ordinal);
    }
}
