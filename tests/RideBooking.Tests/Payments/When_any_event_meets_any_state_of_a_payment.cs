using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Payments;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Balance;
using RideBooking.Payments.Refunds;
using RideBooking.Platform.Messaging;
using RideBooking.Testing;
using RideBooking.TestKit.Contracts;
using RideBooking.TestKit.Scenarios;
using RideBooking.Tests.Documentation;

namespace RideBooking.Tests.Payments;

/// <summary>Delivers every event in every state of a payment. The page with the results changes with the machine.</summary>
public sealed class When_any_event_meets_any_state_of_a_payment : IAsyncLifetime
{
    static readonly string[] s_states =
    [
        nameof(PaymentStateMachine.Expected),
        nameof(PaymentStateMachine.Authorizing),
        nameof(PaymentStateMachine.Authorized),
        nameof(PaymentStateMachine.Charging),
        nameof(PaymentStateMachine.Retrying),
        nameof(PaymentStateMachine.Outstanding),
        nameof(PaymentStateMachine.Settling),
        nameof(PaymentStateMachine.Captured),
        nameof(PaymentStateMachine.Refunding),
        nameof(PaymentStateMachine.Refunded),
        nameof(PaymentStateMachine.NothingDue),
        nameof(PaymentStateMachine.WrittenOff),
        // The same states on other paths: with an authorization, or with an attempt whose outcome is unknown.
        ChargingAuthorized,
        RetryingAuthorized,
        RetryingUnknown,
        WrittenOffUnknown,
    ];

    const string ChargingAuthorized = nameof(PaymentStateMachine.Charging) + ", authorized";
    const string RetryingAuthorized = nameof(PaymentStateMachine.Retrying) + ", authorized";
    const string RetryingUnknown = nameof(PaymentStateMachine.Retrying) + ", unknown";
    const string WrittenOffUnknown = nameof(PaymentStateMachine.WrittenOff) + ", unknown";

    // Money was taken, or there is none to take: no event leads back to a charge.
    static readonly string[] s_final =
    [
        nameof(PaymentStateMachine.Captured),
        nameof(PaymentStateMachine.Refunding),
        nameof(PaymentStateMachine.Refunded),
        nameof(PaymentStateMachine.NothingDue),
    ];

    readonly SagaLab _lab = new(lab =>
        lab.Saga<PaymentStateMachine, Payment>()
            .StartAt(SomeRide.At)
            .Services(services => services.AddSingleton(RideAndPaymentScenarios.Options))
            .Outbox(OutboxKind.Transactional)
            .Redelivery(again => again.Interval(3, TimeSpan.FromMinutes(1)))
    );

    public static TheoryData<string> States => [.. s_states];

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task The_table_says_what_happens() =>
        await GeneratedPage.ShouldBeCurrent(
            "docs/diagrams/payment-table.md",
            await Page(),
            nameof(When_any_event_meets_any_state_of_a_payment)
        );

    [Fact]
    public void Every_event_of_the_machine_is_in_the_table() =>
        new Cell(_lab)
            .Samples.Select(sample => sample.Message.GetType())
            .Distinct()
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .ShouldBe(
                new PaymentStateMachine(RideAndPaymentScenarios.Options)
                    .Events.Select(e => e.GetType().GetGenericArguments().Single())
                    .Distinct()
                    .OrderBy(type => type.Name, StringComparer.Ordinal)
            );

    [Theory]
    [MemberData(nameof(States))]
    public async Task Money_is_taken_once(string state)
    {
        foreach (var (name, _) in new Cell(_lab).Samples)
        {
            var cell = new Cell(_lab);
            await cell.Given(state);
            var before = cell.Messages.Count;
            await cell.Deliver(name);
            await cell.Deliver(name);

            if (s_final.Contains(state))
            {
                cell.Messages.Skip(before).ShouldNotContain("ChargeCard", $"{name} in {state}");
                s_final.ShouldContain(cell.Status, $"{name} in {state}");
            }
            cell.Messages.Count(message => message == "PaymentCaptured")
                .ShouldBeLessThanOrEqualTo(1, $"{name} in {state}");
        }
    }

    [Theory]
    [MemberData(nameof(States))]
    public async Task A_repeat_changes_nothing(string state)
    {
        foreach (var (name, _) in new Cell(_lab).Samples)
        {
            var cell = new Cell(_lab);
            await cell.Given(state);
            await cell.Deliver(name);
            var (facts, messages) = (cell.Facts, cell.Messages.Count);

            await cell.Deliver(name);

            cell.Facts.ShouldBe(facts, $"{name} again in {state}");
            // The gateway is asked for the same authorization again, under the same key.
            cell.Messages.Skip(messages)
                .Where(message => message != nameof(AuthorizeCard))
                .ShouldBeEmpty($"{name} again in {state}");
        }
    }

    async Task<string> Page()
    {
        var page = new StringBuilder(
            $"""
            # What every event does in every state of a payment

            Written by a test, which delivers each event to the real state machine in each state, along the usual path to it, and fails
            when an answer differs. Regenerate it with
            `{GeneratedPage.Command(nameof(When_any_event_meets_any_state_of_a_payment))}`.

            `-` means that the event is ignored, or a command refused by the state. `→` names the next state, `+` a published message, `⏰` a
            timer that is set, `✗` the number of timers that are cancelled, `409` why a command is refused, and `failed` that the message
            goes to the error queue. `records` names the data of the payment that change, and `accepted` means that a command is answered as
            before without a change.

            | event | {string.Join(" | ", s_states)} |
            |---|{string.Concat(s_states.Select(_ => "---|"))}

            """.ReplaceLineEndings("\n")
        );
        foreach (var (name, _) in new Cell(_lab).Samples)
        {
            List<string> cells = [];
            foreach (var state in s_states)
            {
                var cell = new Cell(_lab);
                await cell.Given(state);
                cells.Add(await cell.Deliver(name));
            }
            page.Append($"| {name} | {string.Join(" | ", cells)} |\n");
        }
        return page.ToString();
    }

    /// <summary>One payment to which one event is delivered.</summary>
    sealed class Cell(SagaLab lab)
    {
        static readonly string[] s_derived =
        [
            nameof(Payment.Status),
            nameof(Payment.Version),
            nameof(Payment.ChangedAt),
            nameof(Payment.IdempotencyKey),
            nameof(Payment.DeclinesBefore),
            nameof(Payment.OutagesBefore),
        ];

        static readonly Money s_fare = TestKit.Contracts.Samples.Euro(12.4m);

        readonly LabRun _run = lab.Start();
        readonly SomeRide _ride = new();
        readonly Guid _otherCard = Guid.CreateVersion7();
        readonly Guid _refund = Guid.CreateVersion7();

        Guid Id => _ride.RideId;

        RideRequestedV2 Requested => _ride.Requested with { QuotedFare = s_fare };

        DriverAssigned Assigned => Events.DriverAssigned(Id, SomeRide.At, "rider-1", "driver-1", Guid.CreateVersion7());

        public IReadOnlyList<(string Name, object Message)> Samples =>
            [
                ("RideRequested", Requested),
                ("DriverAssigned", Assigned),
                ("NoDriverFound", new NoDriverFound(Id, "rider-1", 180, SomeRide.At)),
                ("FareFinalized", Fare(12.4m)),
                ("FareFinalized, another amount", Fare(13m)),
                ("FareFinalized, nothing due", Fare(0)),
                ("CancellationFeeAssessed", Fee(12.4m)),
                ("CancellationFeeAssessed, nothing due", Fee(0)),
                ("AuthorizationSucceeded", new AuthorizationSucceeded(Id, 1)),
                ("AuthorizationSucceeded of an earlier one", new AuthorizationSucceeded(Id, 0)),
                ("AuthorizationDeclined", new AuthorizationDeclined(Id, 1, "card_declined")),
                ("AuthorizationUnknown", new AuthorizationUnknown(Id, 1, "gateway_timeout")),
                ("AuthorizationVoided", new AuthorizationVoided(Id, 1)),
                ("ChargeSucceeded", new ChargeSucceeded(Id, 1, 1)),
                ("ChargeDeclined, may be retried", new ChargeDeclined(Id, 1, "card_declined", MayRetry: true, 1)),
                ("ChargeDeclined, finally", new ChargeDeclined(Id, 1, "stolen_card", MayRetry: false, 1)),
                ("ChargeDeclined of a later attempt", new ChargeDeclined(Id, 2, "stolen_card", MayRetry: false, 2)),
                ("ChargeUnknown", new ChargeUnknown(Id, 1, "gateway_timeout", 1)),
                ("RetryDue", new RetryDue(Id, 1)),
                ("RetryDue before the first attempt", new RetryDue(Id, 0)),
                ("PayNow", new PayNow(Id, null)),
                ("PayNow with another card", new PayNow(Id, _otherCard)),
                ("RetryPayment", new RetryPayment(Id)),
                ("WriteOffPayment", new WriteOffPayment(Id, "op", "goodwill", SomeRide.At)),
                ("RefundPayment", Refund(_refund, 1, 12.4m)),
                ("RefundPayment, a part", Refund(_refund, 1, 5m)),
                ("RefundPayment, more than was paid", Refund(_refund, 1, 20m)),
                ("RefundSucceeded", new RefundSucceeded(Id, 1)),
                ("RefundDeclined", new RefundDeclined(Id, 1, "charge_not_captured")),
                ("RefundUnknown", new RefundUnknown(Id, 1, 1, "gateway_timeout")),
                ("RefundDue", new RefundDue(Id, 1, 1)),
            ];

        public string Status => _run.Saga<Payment>(Id)!.Status;

        /// <summary>All data of the payment.</summary>
        public string Facts => JsonSerializer.Serialize(_run.Saga<Payment>(Id));

        /// <summary>The names of the published messages.</summary>
        public IReadOnlyList<string> Messages =>
            [
                .. _run.Published<object>()
                    .Select(message => message.GetType().Name.Replace("V2", "", StringComparison.Ordinal)),
            ];

        /// <summary>Brings the payment to a state by its usual path.</summary>
        public async Task Given(string state)
        {
            await Send(Requested);
            object[] path = state switch
            {
                nameof(PaymentStateMachine.Authorizing) => [Assigned],
                nameof(PaymentStateMachine.Authorized) => [Assigned, new AuthorizationSucceeded(Id, 1)],
                nameof(PaymentStateMachine.Charging) => [Fare(12.4m)],
                nameof(PaymentStateMachine.Retrying) =>
                [
                    Fare(12.4m),
                    new ChargeDeclined(Id, 1, "card_declined", MayRetry: true, 1),
                ],
                nameof(PaymentStateMachine.Outstanding) => Owed,
                nameof(PaymentStateMachine.Settling) => [.. Owed, new RetryPayment(Id)],
                nameof(PaymentStateMachine.Captured) => Paid,
                nameof(PaymentStateMachine.Refunding) => [.. Paid, Refund(Guid.CreateVersion7(), 1, 12.4m)],
                nameof(PaymentStateMachine.Refunded) =>
                [
                    .. Paid,
                    Refund(Guid.CreateVersion7(), 1, 12.4m),
                    new RefundSucceeded(Id, 1),
                ],
                nameof(PaymentStateMachine.NothingDue) => [Fare(0)],
                nameof(PaymentStateMachine.WrittenOff) =>
                [
                    .. Owed,
                    new WriteOffPayment(Id, "op", "goodwill", SomeRide.At),
                ],
                ChargingAuthorized => AuthorizedAnd(Fare(12.4m)),
                RetryingAuthorized => AuthorizedAnd(
                    Fare(12.4m),
                    new ChargeDeclined(Id, 1, "card_declined", MayRetry: true, 1)
                ),
                RetryingUnknown => [Fare(12.4m), new ChargeUnknown(Id, 1, "gateway_timeout", 1)],
                WrittenOffUnknown =>
                [
                    Fare(12.4m),
                    new ChargeUnknown(Id, 1, "gateway_timeout", 1),
                    new WriteOffPayment(Id, "op", "goodwill", SomeRide.At),
                ],
                _ => [],
            };
            foreach (var message in path)
                await Send((dynamic)message);
            Status.ShouldBe(state.Split(',')[0]);
        }

        /// <summary>Delivers an event and returns what it did.</summary>
        public async Task<string> Deliver(string name)
        {
            var (status, facts, messages) = (Status, Facts, Messages.Count);
            var (timers, cancelled) = (Observed(ObservationKind.Scheduled), Observed(ObservationKind.Cancelled));
            CommandOutcome outcome;
            try
            {
                outcome = await Send((dynamic)Samples.Single(sample => sample.Name == name).Message);
            }
            catch (Exception exception) when (exception is UnacceptableMessageException)
            {
                return "failed";
            }
            List<string> parts = [];
            if (Status != status)
                parts.Add($"→ {Status}");
            parts.AddRange(Messages.Skip(messages).Select(message => $"+ {message}"));
            parts.AddRange(
                _run.Observations.Where(it => it.Kind == ObservationKind.Scheduled)
                    .Skip(timers)
                    .Select(timer => $"⏰ {timer.Message!.GetType().Name}")
            );
            if (Observed(ObservationKind.Cancelled) - cancelled is > 0 and var count)
                parts.Add($"✗ {count}");
            if (outcome.Refusal is { } refusal)
                parts.Add($"409 {refusal.Code}");
            else if (Changed(facts) is { Count: > 0 } changed)
                parts.Add($"records {string.Join(", ", changed)}");
            else if (parts.Count == 0 && Facts != facts)
                parts.Add("recorded");
            else if (parts.Count == 0 && outcome.Accepted)
                parts.Add("accepted");
            return parts.Count == 0 ? "-" : string.Join("; ", parts);
        }

        object[] AuthorizedAnd(params object[] rest) => [Assigned, new AuthorizationSucceeded(Id, 1), .. rest];

        object[] Owed => [Fare(12.4m), new ChargeDeclined(Id, 1, "stolen_card", MayRetry: false, 1)];

        object[] Paid => [Fare(12.4m), new ChargeSucceeded(Id, 1, 1)];

        // Not what follows from the rest: the status, the version, the time, and the tokens of timers.
        List<string> Changed(string before)
        {
            using var old = JsonDocument.Parse(before);
            using var now = JsonDocument.Parse(Facts);
            return
            [
                .. now
                    .RootElement.EnumerateObject()
                    .Where(member => !JsonElement.DeepEquals(member.Value, old.RootElement.GetProperty(member.Name)))
                    .Select(member => member.Name)
                    .Where(name => !s_derived.Contains(name) && !name.EndsWith("TokenId", StringComparison.Ordinal)),
            ];
        }

        int Observed(ObservationKind kind) => _run.Observations.Count(it => it.Kind == kind);

        async Task<CommandOutcome> Send<T>(T message)
            where T : class
        {
            var (outcome, before) = (new CommandOutcome(), _run.Observations.Count);
            await _run.DeliverWith(outcome, message, cancellationToken: Stop);
            if (_run.Observations.Skip(before).FirstOrDefault(it => it.Exception is not null) is { } failure)
                ExceptionDispatchInfo.Throw(failure.Exception!);
            return outcome;
        }

        FareFinalized Fare(decimal amount) =>
            Events.FareFinalized(Id, SomeRide.At, TestKit.Contracts.Samples.Euro(amount), "rider-1", "driver-1");

        CancellationFeeAssessedV2 Fee(decimal amount) =>
            Events.CancellationFeeAssessed(
                Id,
                SomeRide.At,
                TestKit.Contracts.Samples.Euro(amount),
                "rider-1",
                "driver-1"
            );

        RefundPayment Refund(Guid id, int number, decimal amount) =>
            new(
                Id,
                id,
                number,
                TestKit.Contracts.Samples.Euro(amount),
                [],
                RefundReason.Goodwill,
                "late",
                "op",
                DriverBears: false,
                SomeRide.At
            );
    }
}
