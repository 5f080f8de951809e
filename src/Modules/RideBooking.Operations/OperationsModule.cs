using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts.Seams;
using RideBooking.Operations.Alerts;
using RideBooking.Operations.Archives;
using RideBooking.Operations.Audits;
using RideBooking.Operations.Backlogs;
using RideBooking.Operations.Endpoints;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Operations.Failures;
using RideBooking.Operations.Redrives;
using RideBooking.Operations.Replays;
using RideBooking.Operations.Riders;
using RideBooking.Operations.Subscriptions;
using RideBooking.Platform;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.Failures;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Recovery;

namespace RideBooking.Operations;

/// <summary>The operators' module: finds, explains and redrives failed messages.</summary>
public sealed class OperationsModule : IModule
{
    /// <inheritdoc />
    public string Name => "operations";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        if (TransportOptions.KindIn(configuration) == TransportKind.RabbitMq)
        {
            services.AddSingleton<RabbitMqErrorQueues>();
            services.AddSingleton<IErrorQueues>(provider => provider.GetRequiredService<RabbitMqErrorQueues>());
            services.AddReceiveObserver(provider => provider.GetRequiredService<RabbitMqErrorQueues>());
        }
        else
        {
            services.AddSingleton<PendingRedrives>();
            services.AddReceiveObserver(provider => provider.GetRequiredService<PendingRedrives>());
            services.AddSingleton<IErrorQueues, InMemoryErrorQueues>();
        }
        services.AddSingleton<WorkSignal<MoveFailedMessages>>();
        services.AddReceiveObserver<FailureObserver>();
        services.AddSingleton<MoveFailedMessages>();
        services.AddHostedService(provider => provider.GetRequiredService<MoveFailedMessages>());
        services.AddSingleton<IFailedMessages, MessagesHeldByOperators>();
        services.AddSingleton<MessageEditor>();
        services.AddSingleton<IRecoveryRecord, RecordRecovery>();
        services.AddSingleton<IOperatorActions, RecordOperatorAction>();
        services.AddSingleton(provider =>
            RedriveOptions.Read(configuration, provider.GetRequiredService<TransportOptions>())
        );
        services.AddSingleton<WorkSignal<RunRedrives>>();
        services.AddHostedService<RunRedrives>();
        services.AddSingleton<WorkSignal<RecordOutcomes>>();
        services.AddHostedService<RecordOutcomes>();
        services.AddSingleton(AuditOptions.Read(configuration));
        services.AddSingleton<WorkSignal<RunAudits>>();
        services.AddHostedService<RunAudits>();
        services.AddGauges<ErrorQueueDepth>();
        services.AddSingleton(PauseOptions.Read(configuration));
        services.AddSingleton<PauseOnFailures>();
        services.AddSingleton<IFailureObserver>(provider => provider.GetRequiredService<PauseOnFailures>());
        services.AddSingleton<WorkSignal<KeepPauses>>();
        services.AddHostedService<KeepPauses>();
        services.AddSingleton<RecordEndpointMinutes>();
        services.AddHostedService(provider => provider.GetRequiredService<RecordEndpointMinutes>());
        services.AddGauges<EndpointsPaused>();
        services.AddSingleton(AlertOptions.Read(configuration));
        services.AddScoped<AlertConditions>();
        services.AddHostedService<EvaluateAlerts>();
        services.AddSingleton<AlertWebhook>();
        services.AddSingleton<WorkSignal<SendAlertNotifications>>();
        services.AddHostedService<SendAlertNotifications>();
        services.AddGauges<AlertsFiring>();
    }

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus) => bus.AddConsumer<RedactFailedMessages>();

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        var operators = routes.MapOperators();
        ListErrorQueues.Map(operators);
        ListFailedMessages.Map(operators);
        ListFailureGroups.Map(operators);
        NoteFailure.Map(operators);
        GetFailedMessage.Map(operators);
        SimulateMessage.Map(operators);
        ExportTest.Map(operators);
        EditMessage.Map(operators);
        RepairMessages.Map(operators);
        DiscardMessages.Map(operators);
        RestoreMessages.Map(operators);
        RequestRedrive.Map(operators);
        ListRedrives.Map(operators);
        GetRedrive.Map(operators);
        ControlRedrive.Map(operators);
        ListSubscriptions.Map(operators);
        ListParkedEvents.Map(operators);
        RetryParkedEvent.Map(operators);
        SkipParkedEvent.Map(operators);
        StartSubscription.Map(operators);
        RequestReplay.Map(operators);
        ListReplays.Map(operators);
        GetReplay.Map(operators);
        CancelReplay.Map(operators);
        ListArchives.Map(operators);
        StartArchiving.Map(operators);
        RequestAudit.Map(operators);
        GetAudit.Map(operators);
        CancelAudit.Map(operators);
        ForgetRider.Map(operators);
        ListEndpoints.Map(operators);
        GetEndpoint.Map(operators);
        ControlEndpoint.Map(operators);
        CountFailures.Map(operators);
        ListUnsentMessages.Map(operators);
        ListFailingTimers.Map(operators);
        GetBacklog.Map(operators);
        ListAlerts.Map(operators);
        ListAlertNotifications.Map(operators);
        RetryAlertNotification.Map(operators);
        ListOperatorActions.Map(operators);
        GetRideTimeline.Map(operators);
        ExportOperatorActions.Map(operators);
    }
}
