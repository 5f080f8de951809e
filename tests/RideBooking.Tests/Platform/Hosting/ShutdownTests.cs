using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Platform.Hosting;

namespace RideBooking.Tests.Platform.Hosting;

public sealed class ShutdownTests
{
    [Fact]
    public async Task A_service_that_never_stops_does_not_keep_the_process()
    {
        (await RunAndStop(services => services.AddHostedService<NeverStops>())).ShouldBe(0);
    }

    [Fact]
    public async Task A_service_that_is_never_disposed_of_does_not_keep_the_process()
    {
        (await RunAndStop(services => services.AddHostedService<IsNeverDisposedOf>())).ShouldBe(0);
    }

    static async Task<int> RunAndStop(Action<IServiceCollection> add)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Shutdown:Timeout", "00:00:00.100")]);
        builder.Services.AddShutdown(builder.Configuration);
        add(builder.Services);
        var app = builder.Build();
        var run = Shutdown.RunToEnd(app);
        app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        return await run.WaitAsync(WaitFor.Limit, TestContext.Current.CancellationToken);
    }

    sealed class NeverStops : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.Delay(-1, CancellationToken.None);
    }

    sealed class IsNeverDisposedOf : BackgroundService, IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Task.Delay(-1, CancellationToken.None);

        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
    }
}
