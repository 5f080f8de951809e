using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace RideBooking.IntegrationTests.Cli.ErrorQueues.Raw;

/// <summary>
/// A connection to a broker that lets nothing more through to it once the broker has confirmed a number of messages: the client
/// knows the confirmation, and its acknowledgement never arrives.
/// </summary>
sealed class ConfirmTrap : IAsyncDisposable
{
    const int HeaderLength = 7;

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly TaskCompletionSource _sprung = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Socket _far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    readonly Task _carrying;
    Socket? _near;
    int _missing;

    public ConfirmTrap(int broker, int confirmations)
    {
        _missing = confirmations;
        _listener.Start();
        _carrying = Carry(broker);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Completes when the broker has confirmed the number of messages.</summary>
    public Task Sprung => _sprung.Task;

    /// <summary>Closes the connection on both sides.</summary>
    public void Cut()
    {
        _near?.Close(timeout: 0);
        _far.Close(timeout: 0);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Cut();
        await _carrying;
    }

    async Task Carry(int broker)
    {
        try
        {
            _near = await _listener.AcceptSocketAsync();
            await _far.ConnectAsync(IPAddress.Loopback, broker);
            await Task.WhenAll(FromClient(_near), FromBroker(_near));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    async Task FromClient(Socket near)
    {
        var buffer = new byte[64 * 1024];
        while (await near.ReceiveAsync(buffer) is > 0 and var count)
            if (!_sprung.Task.IsCompleted)
                await _far.SendAsync(buffer.AsMemory(0, count));
    }

    async Task FromBroker(Socket near)
    {
        var buffer = new byte[64 * 1024];
        List<byte> read = [];
        while (await _far.ReceiveAsync(buffer) is > 0 and var count)
        {
            read.AddRange(buffer.AsSpan(0, count));
            Count(read);
            await near.SendAsync(buffer.AsMemory(0, count));
        }
    }

    // A frame is its type, its channel, its length, as many bytes, and an end byte.
    void Count(List<byte> read)
    {
        while (read.Count >= HeaderLength)
        {
            var frame = read.ToArray();
            var length = HeaderLength + BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(3)) + 1;
            if (frame.Length < length)
                return;
            read.RemoveRange(0, length);
            if (IsConfirmation(frame) && --_missing == 0)
                _sprung.TrySetResult();
        }
    }

    // basic.ack. It confirms a single message, because the client publishes one after the other.
    static bool IsConfirmation(byte[] frame) => frame is [1, _, _, _, _, _, _, 0, 60, 0, 80, ..];
}
