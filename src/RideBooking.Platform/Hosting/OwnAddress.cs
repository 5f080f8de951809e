using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace RideBooking.Platform.Hosting;

/// <summary>Finds the address on which this host listens, for clients of its API in the same process.</summary>
public sealed class OwnAddress(IServer server, IHostApplicationLifetime lifetime)
{
    /// <summary>Returns the address once the host has started.</summary>
    /// <exception cref="OperationCanceledException">The host stops before it has started.</exception>
    public async Task<Uri> Get(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (lifetime.ApplicationStarted.Register(started.SetResult))
            await started.Task.WaitAsync(cancellationToken);
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(BindingAddress.Parse) ?? [];
        var address =
            addresses.FirstOrDefault(one => one.Scheme == "http" && !one.IsUnixPipe)
            ?? throw new InvalidOperationException("The host listens on no http address (Urls).");
        // A host that listens on every address listens on localhost, too.
        var host = address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : address.Host;
        return new Uri($"{address.Scheme}://{host}:{address.Port}/");
    }
}
