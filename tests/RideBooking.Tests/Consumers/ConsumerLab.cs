using System.Data;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform;
using RideBooking.Platform.Persistence;
using RideBooking.Tests.Http;
using RideBooking.Tests.Messaging;

namespace RideBooking.Tests.Consumers;

/// <summary>
/// One module on MassTransit's test harness, with a real SQLite database behind inbox and outbox and its part of the REST
/// API. A message is dispatched to a consumer directly and has been handled when the call returns, without waiting.
/// </summary>
internal sealed class ConsumerLab : IAsyncDisposable
{
    readonly string _folder;
    readonly DirectDispatcher _dispatcher;

    ConsumerLab(string folder, HttpApp app, IModule module)
    {
        _folder = folder;
        App = app;
        _dispatcher = new DirectDispatcher(app.Services).Add(module);
    }

    /// <summary>The module's part of the API.</summary>
    public HttpApp App { get; }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<ConsumerLab> Start(IModule module, Action<IServiceCollection>? configure = null)
    {
        var folder = Directory.CreateTempSubdirectory("ridebooking-lab-").FullName;
        var app = await HttpApp.Start(
            module.MapEndpoints,
            configure: builder =>
            {
                var (services, configuration) = (builder.Services, builder.Configuration);
                services.AddSingleton(module);
                services.AddPersistence(configuration);
                module.AddServices(services, configuration);
                configure?.Invoke(services);
                services.AddMassTransitTestHarness(bus =>
                {
                    bus.AddEntityFrameworkOutbox<AppDbContext>(outbox =>
                    {
                        outbox.UseSqlite();
                        outbox.IsolationLevel = IsolationLevel.ReadCommitted;
                        outbox.UseGroupCommit();
                    });
                    module.AddConsumers(bus);
                    bus.AddConfigureEndpointsCallback(
                        (context, _, endpoint) =>
                        {
                            endpoint.UseMessageRetry(retry => retry.Immediate(20));
                            endpoint.UseEntityFrameworkOutbox<AppDbContext>(context);
                        }
                    );
                });
            },
            settings: ("ConnectionStrings:RideBooking", $"Data Source={Path.Combine(folder, "lab.db")}")
        );
        var lab = new ConsumerLab(folder, app, module);
        await lab.In(db => Tables.CreateIn(db, Stop));
        return lab;
    }

    /// <summary>Delivers an event to all of its consumers in the module.</summary>
    /// <param name="message">The event.</param>
    /// <param name="eventId">The message id; a new one if omitted.</param>
    public Task Deliver(object message, Guid? eventId = null) => _dispatcher.Dispatch(message, eventId);

    public async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = App.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    /// <summary>Deletes the inbox entries, as the cleanup does after the duplicate detection window.</summary>
    public Task<int> ClearInbox() =>
        In(db => db.Set<MassTransit.EntityFrameworkCoreIntegration.InboxState>().ExecuteDeleteAsync(Stop));

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
