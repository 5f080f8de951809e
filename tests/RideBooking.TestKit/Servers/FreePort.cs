using System.Net;
using System.Net.Sockets;

namespace RideBooking.TestKit.Servers;

/// <summary>Finds loopback ports for private servers.</summary>
static class FreePort
{
    // Below every usual ephemeral range (Linux starts at 32768): while a server is down in a fault test, the kernel must
    // not give its port to an outgoing connection, least of all to a client that is trying to reconnect to that port.
    const int First = 20_000;
    const int End = 32_000;

    public static int Next()
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var port = Random.Shared.Next(First, End);
            if (IsFree(port))
                return port;
        }
        throw new InvalidOperationException($"No free loopback port found between {First} and {End}.");
    }

    static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
