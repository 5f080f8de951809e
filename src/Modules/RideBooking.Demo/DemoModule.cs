using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Demo.People;
using RideBooking.Demo.Screen;
using RideBooking.Demo.Watching;
using RideBooking.Platform;
using RideBooking.Platform.Http.OpenApi;
using ConfigurationException = RideBooking.Platform.Configuration.ConfigurationException;
using Operator = RideBooking.Demo.Watching.Operator;

namespace RideBooking.Demo;

/// <summary>A small simulated city in the same process as the ordinary host, started with <c>--demo</c>.</summary>
/// <remarks>
/// Its riders and drivers use the API over HTTP like any other client. One consumer breaks on request, and a screen shows
/// what happens. The demo knows nothing of the application but its API.
/// </remarks>
public sealed class DemoModule : IModule
{
    // The city runs fast: what takes minutes in a real city takes seconds here. Settings of the user take precedence.
    static readonly Dictionary<string, string?> s_settings = new()
    {
        ["Matching:OfferTimeout"] = "00:00:10",
        ["Matching:SearchDeadline"] = "00:00:45",
        ["Rides:FreeCancellation"] = "00:00:04",
        ["Rides:FreeWait"] = "00:00:30",
        ["Rides:NoShowAfter"] = "00:00:04",
        ["Rides:MaxSpeedKmh"] = "100000",
        ["Payments:RetryDelays"] = "00:00:03,00:00:06",
        ["Messaging:Retry"] = "00:00:00.1,00:00:00.3",
        ["Messaging:Redelivery"] = "00:00:02,00:00:04",
        ["Metrics:Interval"] = "00:00:01",
        // The log goes to a file while the screen is shown.
        ["Logging:Console:FormatterOptions:ColorBehavior"] = "Disabled",
    };

    readonly DemoArguments _arguments;
    ConsoleBehindScreen? _behind;

    DemoModule(DemoArguments arguments) => _arguments = arguments;

    /// <inheritdoc />
    public string Name => "demo";

    /// <summary>
    /// Returns the demo, if the command line requests it, and the command line without the demo's arguments.
    /// </summary>
    /// <exception cref="ConfigurationException">An argument of the demo has an invalid value.</exception>
    public static DemoModule? TryParse(ref string[] args) =>
        DemoArguments.Take(ref args) is { } arguments ? new DemoModule(arguments) : null;

    /// <summary>Sets up the host for the demo.</summary>
    /// <exception cref="ConfigurationException">The demo cannot run in this environment.</exception>
    public void Prepare(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!builder.Environment.IsDevelopment())
            throw new ConfigurationException(
                $"--demo runs in Development only, and the environment is {builder.Environment.EnvironmentName}. Set ASPNETCORE_ENVIRONMENT=Development, or start without --demo."
            );
        if (!string.IsNullOrWhiteSpace(builder.Configuration["Auth:Authority"]))
            throw new ConfigurationException(
                "--demo needs development tokens, which are not issued if Auth:Authority is set."
            );
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(
            0,
            new MemoryConfigurationSource { InitialData = s_settings }
        );
        _behind = ConsoleBehindScreen.TryTake();
    }

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(_arguments);
        services.AddSingleton<BrokenConsumer>();
        services.AddSingleton<Pace>();
        services.AddSingleton<Api>();
        services.AddSingleton<Operator>();
        services.AddSingleton<Watch>();
        services.AddHostedService(provider => provider.GetRequiredService<Watch>());
        services.AddHostedService<City>();
        services.AddSingleton<ViewSource>();
        if (_behind is null)
        {
            services.AddHostedService<Lines>();
            return;
        }
        services.AddSingleton(_behind);
        services.AddSingleton<Keyboard>();
        services.AddHostedService<LiveScreen>();
    }

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus) =>
        bus.AddConfigureEndpointsCallback(
            (context, name, endpoint) => context.GetRequiredService<BrokenConsumer>().Watch(name, endpoint)
        );

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes) => SteerDemo.Map(routes.MapOperators("Demo"));
}
