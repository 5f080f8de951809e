using System.Collections.Concurrent;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Billing;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Payments;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Gateway;
using RideBooking.Payments.Refunds;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Messaging;
using RideBooking.TestKit.Payments;
using RideBooking.TestKit.Persistence;
using RideBooking.Tests.Payments.Gateway;

namespace RideBooking.Tests.Payments;

/// <summary>Billing and Payments in the lab, with the people who use their API.</summary>
internal sealed class MoneyLab : ModuleLab
{
    static readonly HashSet<Type> s_sagaMessages =
    [
        typeof(RideRequestedV2),
        typeof(DriverAssigned),
        typeof(NoDriverFound),
        typeof(FareFinalized),
        typeof(CancellationFeeAssessedV2),
        typeof(ChargeSucceeded),
        typeof(ChargeDeclined),
        typeof(ChargeUnknown),
        typeof(RetryDue),
        typeof(AuthorizationSucceeded),
        typeof(AuthorizationDeclined),
        typeof(AuthorizationUnknown),
        typeof(AuthorizationVoided),
        typeof(RefundSucceeded),
        typeof(RefundDeclined),
        typeof(RefundUnknown),
        typeof(RefundDue),
    ];

    readonly HashSet<Guid> _requested = [];
    readonly SemaphoreSlim _oneRequest = new(1);
    readonly Actions _actions = new();

    MoneyLab()
        : base(new BillingModule(), new PaymentsModule()) { }

    /// <summary>True to record the request of a ride that ends, as for every real ride.</summary>
    public bool RecordsRequests { get; set; } = true;

    /// <summary>The operators' actions.</summary>
    public IReadOnlyCollection<(string Action, Guid RideId, string By, string Reason)> Audited => [.. _actions.Entries];

    /// <summary>Hides rows from a query, as if they were not committed yet.</summary>
    public HiddenRows Hidden { get; } = new();

    public static async Task<MoneyLab> Open(params (string Key, string Value)[] settings)
    {
        var lab = new MoneyLab();
        await lab.Start(
            services =>
                services
                    .AddSingleton(new QuoteTokens(new byte[32]))
                    .AddSingleton<IOperatorActions>(lab._actions)
                    .ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(lab.Hidden)),
            settings
        );
        lab.Services.GetRequiredService<IBus>().ConnectPublishObserver(new Overheard(lab.OnTheBus));
        return lab;
    }

    /// <summary>Opens a lab whose gateway is Stripe, at the double.</summary>
    public static async Task<MoneyLab> OpenAt(StripeDouble stripe, params (string Key, string Value)[] settings)
    {
        var lab = await Open([
            ("Payments:Gateway", "Stripe"),
            ("Payments:Stripe:ApiKey", StripeDouble.ApiKey),
            ("Payments:Stripe:WebhookSecret", StripeDouble.WebhookSecret),
            ("Payments:Stripe:ApiBase", stripe.Address),
            .. settings,
        ]);
        stripe.Clock = lab.Clock;
        return lab;
    }

    private protected override DirectDispatcher Dispatcher(IServiceProvider services) =>
        base.Dispatcher(services).AddSaga<Payment>(s_sagaMessages);

    /// <summary>Signs in a caller with a role.</summary>
    public async Task<Person> As(string role, string subject)
    {
        var client = await App.As(role, subject);
        client.BaseAddress = new Uri(client.BaseAddress!, "/api/v1/");
        return new Person(client);
    }

    public Task<Payment> Payment(Guid rideId) =>
        In(db => db.Set<Payment>().AsNoTracking().SingleAsync(payment => payment.CorrelationId == rideId, Stop));

    public Task<List<SandboxCharge>> Ledger(Guid rideId) => In(db => db.Ledger(rideId).ToListAsync(Stop));

    public override async Task Deliver(object message, Guid? messageId = null)
    {
        if (RecordsRequests)
            await Request(message);
        await DeliverLogged(message, messageId ?? Guid.CreateVersion7());
    }

    // Billing reads a ride's request from the event log.
    async Task DeliverLogged(object message, Guid messageId)
    {
        if (message is RideRequested)
            await Log(message, messageId);
        await base.Deliver(message, messageId);
    }

    async Task Request(object message)
    {
        var at = Now;
        RideRequestedV2? requested = message switch
        {
            RideCompleted ride => new(
                ride.RideId,
                ride.RiderId,
                ride.Pickup,
                ride.Dropoff,
                ride.VehicleClass,
                ride.QuoteId,
                ride.QuotedFare,
                ride.QuotedDistanceMeters,
                ride.PaymentMethodId,
                at
            ),
            RideCancelled ride => new SomeRide { RiderId = ride.RiderId }.Requested with { RideId = ride.RideId },
            _ => null,
        };
        if (requested is null)
            return;
        await _oneRequest.WaitAsync(Stop);
        try
        {
            if (_requested.Add(requested.RideId))
                await DeliverLogged(requested, Guid.CreateVersion7());
        }
        finally
        {
            _oneRequest.Release();
        }
    }

    /// <summary>Sends a command to the state machine from within the process, and returns true if it was accepted.</summary>
    public async Task<bool> Send<T>(T command)
        where T : class =>
        (
            await Services
                .GetRequiredService<SagaCommandDispatcher<Payment>>()
                .Send(command, Guid.CreateVersion7(), Stop)
        ).Accepted;

    sealed class Actions : IOperatorActions
    {
        readonly ConcurrentQueue<(Guid Id, (string, Guid, string, string) Action)> _recorded = new();
        readonly ConcurrentBag<Guid> _withdrawn = [];

        public IEnumerable<(string, Guid, string, string)> Entries =>
            _recorded.Where(entry => !_withdrawn.Contains(entry.Id)).Select(entry => entry.Action);

        public Task<Guid> Record(
            string action,
            Guid? rideId,
            string by,
            string reason,
            CancellationToken cancellationToken
        )
        {
            var id = Guid.CreateVersion7();
            _recorded.Enqueue((id, (action, rideId!.Value, by, reason)));
            return Task.FromResult(id);
        }

        public Task Withdraw(Guid id, CancellationToken cancellationToken)
        {
            _withdrawn.Add(id);
            return Task.CompletedTask;
        }
    }

    sealed class Overheard(ConcurrentQueue<object> underway) : IPublishObserver
    {
        // All other messages go through the outbox and are taken from there.
        public Task PostPublish<T>(PublishContext<T> context)
            where T : class
        {
            if (
                context.Message
                is ChargeSucceeded
                    or ChargeDeclined
                    or ChargeUnknown
                    or AuthorizationSucceeded
                    or AuthorizationDeclined
                    or AuthorizationUnknown
                    or AuthorizationVoided
                    or RefundSucceeded
                    or RefundDeclined
                    or RefundUnknown
            )
                underway.Enqueue(context.Message);
            return Task.CompletedTask;
        }

        public Task PrePublish<T>(PublishContext<T> context)
            where T : class => Task.CompletedTask;

        public Task PublishFault<T>(PublishContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;
    }
}
