using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Payments;
using RideBooking.Payments.Gateway;
using RideBooking.Payments.Refunds;
using RideBooking.Platform.Events;
using RideBooking.Platform.Persistence;
using RideBooking.Rides;
using RideBooking.Tests.Payments.Gateway;
using RideBooking.Tests.Rides;

namespace RideBooking.Tests.People;

/// <summary>What must be true of rides when nothing is left to happen, whatever happened before.</summary>
internal static class PeopleInvariants
{
    static readonly HashSet<(string From, string To)> s_legal = RideTransitions.Legal();

    static readonly string[] s_undecided =
    [
        nameof(PaymentStateMachine.Charging),
        nameof(PaymentStateMachine.Retrying),
        nameof(PaymentStateMachine.Settling),
        nameof(PaymentStateMachine.Refunding),
    ];

    /// <summary>The states of a payment in which something is still to come.</summary>
    public static IReadOnlyCollection<string> Undecided => s_undecided;

    /// <summary>Returns each breach as a sentence that begins with the number of the invariant.</summary>
    public static Task<List<string>> Breaches(PeopleLab lab, IReadOnlyCollection<Guid> ids) =>
        lab.In(async db =>
        {
            var rides = await db.Set<Ride>()
                .AsNoTracking()
                .Where(ride => ids.Contains(ride.CorrelationId))
                .ToListAsync();
            var payments = await db.Set<Payment>()
                .AsNoTracking()
                .Where(payment => ids.Contains(payment.CorrelationId))
                .ToDictionaryAsync(payment => payment.CorrelationId);
            var events = await Events(db, ids);
            var breaches = lab.Failures.Select(failure => $"I1: a message is never handled: {failure}").ToList();
            breaches.AddRange(ids.Except(rides.Select(ride => ride.CorrelationId)).Select(id => $"I1: no ride {id}"));
            foreach (var ride in rides)
            {
                breaches.AddRange(HasEnded(ride, payments.GetValueOrDefault(ride.CorrelationId)));
                breaches.AddRange(await IsPaidOnce(db, ride, payments.GetValueOrDefault(ride.CorrelationId)));
                breaches.AddRange(
                    MovesLegally(ride, [.. events.Where(logged => logged.StreamId == $"{ride.CorrelationId}")])
                );
            }
            breaches.AddRange(NoDriverHasTwo(events));
            breaches.AddRange(await Differences(lab, ids));
            return breaches;
        });

    /// <summary>Returns the rides whose rows differ from the fold of their events, which holds when no message waits.</summary>
    public static async Task<List<string>> Differences(PeopleLab lab, IReadOnlyCollection<Guid> ids)
    {
        await using var scope = lab.Services.CreateAsyncScope();
        await Sequencer.CatchUp(scope.ServiceProvider.GetRequiredService<AppDbContext>(), PeopleLab.Stop);
        List<string> differences = [];
        foreach (var audited in scope.ServiceProvider.GetServices<IAuditedState>())
        foreach (var found in await audited.Compare(ids, PeopleLab.Stop))
            differences.Add($"I6: {found.Id} differs from its events: {string.Join(", ", found.Deviations)}");
        return differences;
    }

    static async Task<List<LoggedEvent>> Events(AppDbContext db, IReadOnlyCollection<Guid> ids)
    {
        var (streams, _) = await db.ReadStreams([.. ids.Select(id => id.ToString())], PeopleLab.Stop);
        return [.. ids.SelectMany(id => streams[id.ToString()]).OrderBy(logged => logged.Position)];
    }

    static IEnumerable<string> HasEnded(Ride ride, Payment? payment)
    {
        if (ride.Is() < RideStatus.Completed || ride.ActiveRiderId is not null || ride.ActiveDriverId is not null)
            yield return $"I1: ride {ride.CorrelationId} is {ride.Status}";
        if (payment is null || s_undecided.Contains(payment.Status))
            yield return $"I1: the payment of ride {ride.CorrelationId} is {payment?.Status ?? "missing"}";
    }

    static async Task<List<string>> IsPaidOnce(AppDbContext db, Ride ride, Payment? payment)
    {
        var id = ride.CorrelationId;
        List<string> breaches = [];
        var ledger = await db.Ledger(id).AsNoTracking().ToListAsync();
        decimal Sum(string kind, string outcome) =>
            ledger.Where(row => row.Kind == kind && row.Outcome == outcome).Sum(row => row.Amount.Amount);

        var captures = ledger.Count(row => row is { Kind: SandboxCharge.ChargeKind, Outcome: SandboxCharge.Captured });
        if (captures > 1)
            breaches.Add($"I2: ride {id} was captured {captures} times");
        var captured = Sum(SandboxCharge.ChargeKind, SandboxCharge.Captured);
        var due = ride.Fare?.Amount ?? 0;
        if (captures == 1 && captured != due)
            breaches.Add($"I2: {captured} was captured for ride {id}, whose fare is {due}");
        // An attempt whose outcome is unknown stays open: the gateway is asked again later.
        if (captures == 1 != (payment?.IsCaptured() == true) && payment?.Unresolved != true)
            breaches.Add($"I2: ride {id} was captured {captures} times, and its payment is {payment?.Status}");
        var refunded = Sum(SandboxCharge.RefundKind, SandboxCharge.Refunded);
        if (refunded > captured || refunded != (payment?.Refunds is null ? 0 : payment.Refunded().Amount))
            breaches.Add($"I2: {refunded} of {captured} was refunded for ride {id}, its payment says otherwise");
        if (ledger.Exists(row => row.Outcome == SandboxCharge.Authorized))
            breaches.Add($"I2: an authorization of ride {id} still reserves money");
        return breaches;
    }

    static IEnumerable<string> MovesLegally(Ride ride, List<LoggedEvent> events)
    {
        var status = (RideStatus?)null;
        for (var number = 0; number < events.Count; number++)
        {
            if (events[number].StreamVersion != number + 1)
                yield return $"I5: event {number + 1} of ride {ride.CorrelationId} has another version";
            var next = status.After(EventCatalogue.Published.Read(events[number]));
            if (status is { } from && next is { } to && from != to && !s_legal.Contains(($"{from}", $"{to}")))
                yield return $"I5: ride {ride.CorrelationId} went from {from} to {to} by {events[number].EventType}";
            if (status >= RideStatus.Completed && next != status)
                yield return $"I5: ride {ride.CorrelationId} had ended as {status} and became {next}";
            status = next;
        }
    }

    static IEnumerable<string> NoDriverHasTwo(IEnumerable<LoggedEvent> events)
    {
        var (rideOf, driverOf) = (
            new Dictionary<string, string>(StringComparer.Ordinal),
            new Dictionary<string, string>(StringComparer.Ordinal)
        );
        foreach (var logged in events)
            switch (EventCatalogue.Published.Read(logged))
            {
                case DriverAssigned assigned:
                    if (!rideOf.TryAdd(assigned.DriverId, logged.StreamId))
                        yield return $"I3: {assigned.DriverId} has ride {logged.StreamId} and {rideOf[assigned.DriverId]}";
                    driverOf[logged.StreamId] = assigned.DriverId;
                    break;
                case DriverUnassigned
                or RideCompleted
                or RideCancelled
                or NoDriverFound when driverOf.Remove(logged.StreamId, out var driver):
                    rideOf.Remove(driver);
                    break;
                default:
                    break;
            }
    }
}
