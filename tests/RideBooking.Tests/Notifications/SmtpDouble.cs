using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MimeKit;

namespace RideBooking.Tests.Notifications;

/// <summary>A mail server that keeps what it accepts, and answers as a test says (RFC 5321, without extensions).</summary>
internal sealed class SmtpDouble : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stopping = new();
    readonly ConcurrentQueue<MimeMessage> _messages = new();
    readonly ConcurrentBag<Task> _sessions = [];
    readonly Task _accepting;

    public SmtpDouble()
    {
        _listener.Start();
        _accepting = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public IReadOnlyList<MimeMessage> Messages => [.. _messages];

    /// <summary>The answer to the recipient: 250 accepts it.</summary>
    public string Recipient { get; set; } = "250 OK";

    /// <summary>The answer to the message: 250 accepts it.</summary>
    public string Message { get; set; } = "250 OK";

    /// <summary>Whether the connection breaks when the message has been accepted, before that is said.</summary>
    public bool BreaksAfterMessage { get; set; }

    async Task Accept()
    {
        while (!_stopping.IsCancellationRequested)
            try
            {
                _sessions.Add(Serve(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                return;
            }
    }

    async Task Serve(TcpClient client)
    {
        using (client)
            try
            {
                using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
                await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false));
                writer.NewLine = "\r\n";
                await Say(writer, "220 double");
                while (await reader.ReadLineAsync(_stopping.Token) is { } line)
                    switch (line.Split(' ', ':')[0].ToUpperInvariant())
                    {
                        case "EHLO" or "HELO":
                            await Say(writer, "250-double\r\n250-8BITMIME\r\n250 SMTPUTF8");
                            break;
                        case "RCPT":
                            await Say(writer, Recipient);
                            break;
                        case "DATA":
                            await Say(writer, "354 Go on");
                            var message = await Read(reader);
                            if (Message.StartsWith('2'))
                                _messages.Enqueue(message);
                            if (BreaksAfterMessage)
                                return;
                            await Say(writer, Message);
                            break;
                        case "QUIT":
                            await Say(writer, "221 Bye");
                            return;
                        default:
                            await Say(writer, "250 OK");
                            break;
                    }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // The client has gone, or the test has ended.
            }
    }

    async Task<MimeMessage> Read(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(_stopping.Token) is { } line && line != ".")
            text.Append(line.StartsWith("..", StringComparison.Ordinal) ? line[1..] : line).Append("\r\n");
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text.ToString()));
        return await MimeMessage.LoadAsync(stream, _stopping.Token);
    }

    async Task Say(StreamWriter writer, string line)
    {
        await writer.WriteLineAsync(line.AsMemory(), _stopping.Token);
        await writer.FlushAsync(_stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_sessions);
        _stopping.Dispose();
        _listener.Dispose();
    }
}
