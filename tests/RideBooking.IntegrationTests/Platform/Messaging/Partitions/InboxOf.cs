using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Host;
using RideBooking.Platform.Hosting;
using RideBooking.Platform.Messaging;

namespace RideBooking.IntegrationTests.Platform.Messaging.Partitions;

/// <summary>Computes the inbox's consumer ids from an application that is built but not started.</summary>
static class InboxOf
{
    /// <summary>Returns the endpoint of each consumer id.</summary>
    public static async Task<Dictionary<Guid, string>> All()
    {
        await using var application = Built();
        var consumers = application.Services.GetRequiredService<InboxConsumers>();
        return consumers
            .Messages.SelectMany(message => consumers.Of(message))
            .DistinctBy(consumer => consumer.Id)
            .ToDictionary(consumer => consumer.Id, consumer => consumer.Endpoint);
    }

    /// <summary>Returns the consumer id of a message at an endpoint.</summary>
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
