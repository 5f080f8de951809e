using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Tests.Platform.Observability;

namespace RideBooking.Tests.Host;

/// <summary>The embedded default with one endpoint that holds messages until <see cref="Release"/>.</summary>
/// <param name="endpoint">The endpoint's name.</param>
/// <param name="holds">True to hold all messages from the start, false to hold none until <see cref="HoldRide"/>.</param>
/// <param name="settings">Further settings.</param>
public abstract class GatedHost(string endpoint, bool holds, params (string Key, string Value)[] settings)
    : HostInProcess(settings)
{
    readonly Gate _gate = new(endpoint, holds);

    internal ScopedLog Log { get; } = new();

    /// <summary>Holds the messages that name this ride from now on.</summary>
    public void HoldRide(string rideId) => _gate.RideId = rideId;

    /// <summary>Lets the endpoint handle all messages, including the held ones.</summary>
    public void Release() => _gate.Open.TrySetResult();

    protected override void Configure(IServiceCollection services) =>
        services.AddSingleton<ILoggerProvider>(Log).AddSingleton<IConfigureReceiveEndpoint>(_gate);

    public override async ValueTask DisposeAsync()
    {
        Release();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    sealed class Gate(string endpoint, bool holds) : IConfigureReceiveEndpoint, IFilter<ReceiveContext>
    {
        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile string? RideId;

        public void Configure(string name, IReceiveEndpointConfigurator configurator)
        {
            if (name == endpoint)
                configurator.ConfigureReceive(receive => receive.UseFilter(this));
        }

        public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
        {
            if (
                RideId is { } ride
                    ? Encoding.UTF8.GetString(context.GetBody()).Contains(ride, StringComparison.Ordinal)
                    : holds
            )
                await Open.Task.WaitAsync(context.CancellationToken);
            await next.Send(context);
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("gate");
    }
}
