using MassTransit;
using RideBooking.Contracts;

namespace RideBooking.Notifications;

/// <summary>Notifies the rider of the progress of their ride and payment.</summary>
internal sealed class NotifyRider(NotificationSender notifier)
    : IConsumer<DriverAssigned>,
        IConsumer<DriverUnassigned>,
        IConsumer<NoDriverFound>,
        IConsumer<DriverArrived>,
        IConsumer<RideStarted>,
        IConsumer<RideCompleted>,
        IConsumer<RideCancelled>,
        IConsumer<FareFinalized>,
        IConsumer<CancellationFeeAssessed>,
        IConsumer<PaymentCaptured>,
        IConsumer<PaymentFailed>,
        IConsumer<BalanceOutstanding>,
        IConsumer<BalanceSettled>,
        IConsumer<ReceiptIssued>
{
    public Task Consume(ConsumeContext<DriverAssigned> context) =>
        notifier.Send(context, NotificationTemplates.ForRider(context.Message));

    public Task Consume(ConsumeContext<DriverUnassigned> context) =>
        notifier.Send(context, NotificationTemplates.ForRider(context.Message));

    public Task Consume(ConsumeContext<NoDriverFound> context) =>
        notifier.Send(context, NotificationTemplates.ForRider(context.Message));

    public Task Consume(ConsumeContext<DriverArrived> context) =>
        notifier.Send(context, NotificationTemplates.ForRider(context.Message));

    public Task Consume(ConsumeContext<RideStarted> context) =>
        notifier.Send(context, NotificationTemplates.ForRider(context.Message));

    public Task Consume(ConsumeContext<RideCompleted> context) =>
        notifier.Send(context, NotificationTemplates.ForRider(context.Message));

    public Task Consume(ConsumeContext<RideCancelled> context) =>
        notifier.Send(context, NotificationTemplates.ForRider(context.Message));

    public Task Consume(ConsumeContext<FareFinalized> context) =>
        notifier.Send(context, NotificationTemplates.ForRider(context.Message));

    public Task Consume(ConsumeContext<CancellationFeeAssessed> context) =>
        notifier.Send(context, NotificationTemplates.ForRider(context.Message));

    public Task Consume(ConsumeContext<PaymentCaptured> context) =>
        notifier.Send(context, NotificationTemplates.ForRider(context.Message));

    public Task Consume(ConsumeContext<PaymentFailed> context) =>
        notifier.Send(context, NotificationTemplates.ForRider(context.Message));

    public Task Consume(ConsumeContext<BalanceOutstanding> context) =>
        notifier.Send(context, NotificationTemplates.ForRider(context.Message));

    public Task Consume(ConsumeContext<BalanceSettled> context) =>
        notifier.Send(context, NotificationTemplates.ForRider(context.Message));

    public Task Consume(ConsumeContext<ReceiptIssued> context) =>
        notifier.Send(context, NotificationTemplates.ForRider(context.Message));
}
