using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Tests.Api;

namespace RideBooking.Tests.Operations;

/// <summary>The operators' scenarios on the in-memory transport.</summary>
public sealed class Operators_on_the_embedded_default(EmbeddedHost host)
    : OperatorScenarios,
        IClassFixture<EmbeddedHost>
{
    protected override City City => host.City;

    protected override async Task Put(string queue, byte[] body, string? messageId)
    {
        var endpoint = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri($"queue:{queue}"));
        await endpoint.Send(
            new Anything(),
            context =>
            {
                context.Serializer = new CopyBodySerializer(
                    new ContentType("application/vnd.masstransit+json"),
                    new BytesMessageBody(body)
                );
                if (messageId is not null)
                    context.MessageId = Guid.Parse(messageId);
            },
            TestContext.Current.CancellationToken
        );
    }

    sealed record Anything;
}
