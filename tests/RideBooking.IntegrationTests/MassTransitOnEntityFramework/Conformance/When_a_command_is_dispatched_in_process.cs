using MassTransit;
using MassTransit.Context;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Middleware;
using MassTransit.Serialization;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.MassTransitOnEntityFramework;

public record RegisterLetter(Guid LetterId);

/// <summary>A payload that an HTTP request passes to the consumer, to get an answer in the same process.</summary>
public sealed class Receipt
{
    public Guid? LetterId { get; set; }
    public bool ThroughOutbox { get; set; }
}

public sealed class RegisterLetterConsumer(PostOffice office) : IConsumer<RegisterLetter>
{
    public async Task Consume(ConsumeContext<RegisterLetter> context)
    {
        office.Letters.Add(new HostedEnvelope { Id = context.Message.LetterId });
        await context.Publish(new LetterFiled(context.Message.LetterId));
        if (context.TryGetPayload<Receipt>(out var receipt))
        {
            receipt.LetterId = context.Message.LetterId;
            receipt.ThroughOutbox = context.TryGetPayload<OutboxConsumeContext>(out _);
        }
    }
}

public sealed class RegisterLetterDefinition : ConsumerDefinition<RegisterLetterConsumer>
{
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<RegisterLetterConsumer> consumerConfigurator,
        IRegistrationContext context
    ) => endpointConfigurator.UseEntityFrameworkOutbox<PostOffice>(context);
}

public sealed class When_a_command_is_dispatched_in_process
{
    public static TheoryData<string> Databases => ConformanceServers.Databases;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task A_command_runs_in_process_through_inbox_and_outbox_and_finds_its_payload(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(
            servers,
            new() { Bus = bus => bus.AddConsumer<RegisterLetterConsumer, RegisterLetterDefinition>() }
        );
        var dispatcher = bench.Services.GetRequiredService<IReceiveEndpointDispatcher<RegisterLetterConsumer>>();
        var command = new RegisterLetter(Guid.CreateVersion7());
        var message = NewId.NextGuid();
        var (first, second) = (new Receipt(), new Receipt());

        await Dispatch(first);
        await Dispatch(second);

        first.LetterId.ShouldBe(command.LetterId);
        first.ThroughOutbox.ShouldBeTrue();
        second.LetterId.ShouldBeNull();
        (await bench.TheOnly<HostedEnvelope>()).Id.ShouldBe(command.LetterId);
        await bench.MailboxHas(1);
        await bench.OutboxDrains();
        bench.Mailbox.Received.Count.ShouldBe(1);

        Task Dispatch(Receipt receipt)
        {
            var serializer = SystemTextJsonMessageSerializer.Instance;
            var context = new MessageSendContext<RegisterLetter>(command) { MessageId = message };
            return dispatcher.Dispatch(
                serializer.GetMessageBody(context).GetBytes(),
                new Dictionary<string, object> { [MessageHeaders.ContentType] = serializer.ContentType.ToString() },
                Stop,
                receipt
            );
        }
    }
}
