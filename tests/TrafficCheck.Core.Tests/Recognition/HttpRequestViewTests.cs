using System.Text;
using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Tests.Recognition;

public sealed class HttpRequestViewTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nUser-Agent: a\r\nHOST:  www.example.net:8080 \r\n\r\n", "www.example.net:8080", "www.example.net", true)]
    [InlineData("GET http://me@www.example.net/x HTTP/1.1\r\nHost: other.example\r\n\r\n", "me@www.example.net", "www.example.net", true)]
    [InlineData("CONNECT mail.example.net:25 HTTP/1.1\r\nHost: x\r\n\r\n", "mail.example.net:25", "mail.example.net", true)]
    [InlineData("GET / HTTP/1.1\nHost: [2001:db8::1]:80\n\n", "[2001:db8::1]:80", "2001:db8::1", true)]
    [InlineData("GET / HTTP/1.0\r\n\r\n", "", "", true)]
    [InlineData("GET / HTTP/1.1\r\nHost: www.exam", "", "", false)]
    public void Names_in_a_head(string head, string authority, string name, bool complete)
    {
        Assert.True(HttpRequestView.TryRead(Encoding.ASCII.GetBytes(head), out HttpRequestView view));
        string found = Encoding.ASCII.GetString(view.Authority);
        Assert.Equal(authority[(authority.IndexOf('@') + 1)..], found);
        Assert.Equal(name, Encoding.ASCII.GetString(HttpRequestView.NameOf(view.Authority)));
        Assert.Equal(complete, view.IsComplete);
        Assert.False(view.IsHostContradicted);
    }

    [Fact]
    public void Two_hosts_contradict_each_other()
    {
        Assert.True(HttpRequestView.TryRead("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"u8, out HttpRequestView view));
        Assert.True(view.IsHostContradicted);
        Assert.True(view.Host.SequenceEqual("a"u8));
    }

    [Fact]
    public void A_host_with_a_CR_of_its_own_proves_nothing()
    {
        Assert.True(HttpRequestView.TryRead("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n"u8, out HttpRequestView view));
        Assert.True(view.IsHostContradicted);
        Assert.True(view.Host.IsEmpty);
    }

    [Theory]
    [InlineData("CONNECT a\rb:443 HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("GET /\r\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("")]
    public void No_head_is_no_view(string head) => Assert.False(HttpRequestView.TryRead(Encoding.ASCII.GetBytes(head), out _));
}
