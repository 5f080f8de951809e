using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Host;
using RideBooking.Platform.Hosting;
using RideBooking.Platform.Messaging;

namespace RideBooking.IntegrationTests.Partitions;

/// <summary>The consumers as the inbox knows them, from an application that is built and not started.</summary>
static class InboxOf
{
    /// <summary>Each consumer's endpoint.</summary>
    public static async Task<Dictionary<Guid, string>> Everybody()
    {
        await using var application = Built();
        var consumers = application.Services.GetRequiredService<InboxConsumers>();
        return consumers
            .Messages.SelectMany(message => consumers.Of(message))
            .DistinctBy(consumer => consumer.Id)
            .ToDictionary(consumer => consumer.Id, consumer => consumer.Endpoint);
    }

    /// <summary>The consumer of a message at an endpoint.</summary>
    public static async Task<Guid> Consumer<TMessage>(string endpoint)
    {
        await using var application = Built();
        return application
            .Services.GetRequiredService<InboxConsumers>()
            .Of(typeof(TMessage))
            .Single(consumer => consumer.Endpoint == endpoint)
            .Id;
    }

    static WebApplication Built()
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { EnvironmentName = Environments.Development }
        );
        builder.AddRideBooking(Modules.All);
        var application = builder.Build();
        application.Services.GetRequiredService<IBusControl>();
        return application;
    }
}
