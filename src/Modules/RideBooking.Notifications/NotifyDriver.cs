using MassTransit;
using RideBooking.Contracts;

namespace RideBooking.Notifications;

/// <summary>Notifies the driver of offers and of rides that they lose.</summary>
internal sealed class NotifyDriver(NotificationSender notifier)
    : IConsumer<DriverOffered>,
        IConsumer<DriverIgnoredOffers>,
        IConsumer<DriverUnassigned>,
        IConsumer<RideCancelled>
{
    public Task Consume(ConsumeContext<DriverOffered> context) =>
        notifier.Send(context, NotificationTemplates.ForDriver(context.Message));

    public Task Consume(ConsumeContext<DriverIgnoredOffers> context) =>
        notifier.Send(context, NotificationTemplates.ForDriver(context.Message));

    public Task Consume(ConsumeContext<DriverUnassigned> context) =>
        notifier.Send(context, NotificationTemplates.ForDriver(context.Message));

    public Task Consume(ConsumeContext<RideCancelled> context) =>
        notifier.Send(context, NotificationTemplates.ForDriver(context.Message));
}
