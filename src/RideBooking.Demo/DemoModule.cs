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
using RideBooking.Platform.Http;
using ConfigurationException = RideBooking.Platform.Configuration.ConfigurationException;
using Operator = RideBooking.Demo.Watching.Operator;

namespace RideBooking.Demo;

/// <summary>
/// A small city beside the ordinary host, asked for with <c>--demo</c>: riders and drivers who use the API over HTTP as
/// anybody else does, a consumer that breaks on request, and a screen to watch it on. Of the application it knows nothing
/// but its API.
/// </summary>
public sealed class DemoModule : IModule
{
    // The city lives fast, so what takes minutes in a real one takes seconds here. Whoever sets these himself is obeyed.
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
        // The log goes to a file while the screen is up.
        ["Logging:Console:FormatterOptions:ColorBehavior"] = "Disabled",
        // The demo is a module without tables.
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Model"] = "Error",
    };

    readonly DemoArguments _arguments;
    ConsoleBehindScreen? _behind;

    DemoModule(DemoArguments arguments) => _arguments = arguments;

    /// <inheritdoc />
    public string Name => "demo";

    /// <summary>The demo, if the command line asks for it, and the command line without what is meant for the demo.</summary>
    /// <exception cref="ConfigurationException">An argument of the demo has no value that could be meant.</exception>
    public static DemoModule? TryParse(ref string[] args) =>
        DemoArguments.Take(ref args) is { } arguments ? new DemoModule(arguments) : null;

    /// <summary>Makes the host the demo's.</summary>
    /// <exception cref="ConfigurationException">This is no place for a demo.</exception>
    public void Prepare(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!builder.Environment.IsDevelopment())
            throw new ConfigurationException(
                $"--demo is for Development only, and this is {builder.Environment.EnvironmentName}: set ASPNETCORE_ENVIRONMENT=Development, or leave it out."
            );
        if (!string.IsNullOrWhiteSpace(builder.Configuration["Auth:Authority"]))
            throw new ConfigurationException(
                "--demo needs the tokens of Development, which are not issued where Auth:Authority is set."
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
        services.AddSingleton<OwnAddress>();
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
