using System.Net;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Events;
using RideBooking.Platform.Events.Archives;
using RideBooking.Platform.Events.Subscriptions;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.RabbitMq;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;
using RideBooking.Platform.Security;
using ConfigurationException = RideBooking.Platform.Configuration.ConfigurationException;

namespace RideBooking.Platform.Hosting;

/// <summary>The command that a host's process carries out.</summary>
public enum HostCommand
{
    /// <summary>Serve the API and consume messages until asked to stop.</summary>
    Run,

    /// <summary>Create or upgrade the database's schema.</summary>
    Migrate,

    /// <summary>Republish messages that a broker has lost.</summary>
    Recover,

    /// <summary>Print the commands.</summary>
    Help,

    /// <summary>Print the version.</summary>
    Version,
}

/// <summary>Builds the application from its modules, and runs it.</summary>
public static class Application
{
    const string DefaultUrl = "http://localhost:5080";
    static readonly string[] s_addressKeys = ["urls", "http_ports", "https_ports"];

    /// <summary>Registers the platform and the modules. Throws <see cref="ConfigurationException"/>.</summary>
    public static WebApplicationBuilder AddRideBooking(
        this WebApplicationBuilder builder,
        IReadOnlyList<IModule> modules
    )
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        if (s_addressKeys.All(key => string.IsNullOrEmpty(configuration[key])))
            builder.WebHost.UseUrls(DefaultUrl);
        CheckUrls(configuration["urls"]);
        CheckLogLevels(configuration.GetSection("Logging"));

        foreach (var module in modules)
            services.AddSingleton(module);
        var secret = new ApplicationSecret(configuration, builder.Environment);
        services.AddSingleton(secret);
        services.AddSingleton<IDevelopmentSigningKey>(secret);
        services.AddSingleton<OwnAddress>();

        builder.AddTelemetry();
        builder.AddHttpConventions();
        services.AddShutdown(configuration);
        var database = services.AddPersistence(configuration);
        var transport = services.AddMessagingServices(configuration, builder.Environment, database, modules);
        // With everything in memory there can be no replica.
        if (transport.Kind == TransportKind.InMemory)
            services.AddHostedService<ReleaseAbandonedClaims>();
        services.AddSingleton<StreamFollower>();
        services.AddSingleton<LogFollower>();
        services.AddSingleton<EventStreamLag.Publisher>();
        services.AddGauges<EventStreamLag>();
        if (EventStreamOptions.Read(configuration, transport.Kind) is { Queue: not null } stream)
        {
            services.AddSingleton(stream);
            services.AddHostedService<PublishEventStream>();
        }
        services.AddReadiness();
        services.AddArchives(configuration);
        services.AddSubscriptions(configuration);
        foreach (var module in modules)
        {
            services.AddRequestValidators(module.GetType().Assembly);
            module.AddServices(services, configuration);
        }
        return builder;
    }

    /// <summary>
    /// Carries out a command. <see cref="HostCommand.Run"/> maps the API and serves it until asked to stop.
    /// </summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunRideBooking(this WebApplication app, HostCommand command)
    {
        var database = app.Services.GetRequiredService<DatabaseOptions>();
        if (command == HostCommand.Migrate)
        {
            await using (app)
                await DatabaseStartupCheck.Migrate(app.Services, CancellationToken.None);
            database.Close();
            Console.WriteLine($"The {database.Provider} database is up to date.");
            return 0;
        }

        if (command == HostCommand.Recover)
            return await RecoverCommand.Run(app.Services, CancellationToken.None);

        // Resolved here, the bus knows its endpoints. It starts with the host. Configuring it and opening the database take about
        // the same time, so both are done at once.
        var bus = Task.Run(app.Services.GetRequiredService<IBusControl>);
        await DatabaseStartupCheck.Check(app.Services, app.Lifetime.ApplicationStopping);
        await app
            .Services.GetRequiredService<ApplicationSecret>()
            .Load(app.Services.GetRequiredService<IServiceScopeFactory>(), app.Lifetime.ApplicationStopping);
        await bus;
        await BrokerStartupCheck.Check(
            app.Services.GetRequiredService<TransportOptions>(),
            app.Services.GetRequiredService<ReceiveEndpoints>(),
            app.Lifetime.ApplicationStopping
        );

        app.UseHttpConventions();
        MetricsEndpoint.Map(app);
        ListEvents.Map(app);
        FollowEvents.Map(app);
        foreach (var module in app.Services.GetServices<IModule>())
            module.MapEndpoints(app);
        app.Lifetime.ApplicationStarted.Register(() => LogAddresses(app));
        return await Shutdown.RunToEnd(app, database.Close);
    }

    static void CheckUrls(string? urls)
    {
        foreach (var url in urls?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [])
            try
            {
                if (BindingAddress.Parse(url).Port > IPEndPoint.MaxPort)
                    throw new ConfigurationException($"Urls has '{url}', whose port is above {IPEndPoint.MaxPort}.");
            }
            catch (FormatException)
            {
                throw new ConfigurationException(
                    $"Urls has '{url}', which is not an address such as http://localhost:5080."
                );
            }
    }

    // The framework reports a wrong level with an exception's stack trace.
    static void CheckLogLevels(IConfigurationSection logging)
    {
        foreach (var (key, level) in logging.AsEnumerable())
            if (
                key.Contains(":LogLevel:", StringComparison.OrdinalIgnoreCase)
                && !string.IsNullOrEmpty(level)
                && !Enum.TryParse<LogLevel>(level, ignoreCase: true, out _)
            )
                throw new ConfigurationException(
                    $"{key} is '{level}', which is not one of {string.Join(", ", Enum.GetNames<LogLevel>())}."
                );
    }

    static void LogAddresses(WebApplication app)
    {
        var database = app.Services.GetRequiredService<DatabaseOptions>().Provider;
        var transport = app.Services.GetRequiredService<TransportOptions>().Kind;
        var addresses =
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var pages = app.Services.GetServices<IModule>().Where(module => module.StartPage is not null).ToList();
        foreach (var url in addresses)
        {
            Console.WriteLine(
                $"""
                RideBooking runs on {database} and the {transport} transport ({app.Environment.EnvironmentName}).
                  API     {url}/api/v1
                  docs    {url}/docs
                  health  {url}/health/ready
                """
            );
            foreach (var module in pages)
                Console.WriteLine($"  {module.Name, -7} {url}{module.StartPage}");
        }
    }
}
