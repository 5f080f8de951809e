using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Billing;
using RideBooking.Contracts;
using RideBooking.Drivers;
using RideBooking.Operations.FailedMessages;
using RideBooking.Payments;
using RideBooking.Payments.Gateway;
using RideBooking.Payments.Refunds;
using RideBooking.Platform.Persistence;
using RideBooking.Rides;

namespace RideBooking.Tests.CityDay;

/// <summary>Compares what independent parts of the application say about the money and the rides of a day.</summary>
/// <remarks>
/// The gateway's ledger knows what was taken from cards. Payments knows what it believes was taken, Billing what the receipts say,
/// Drivers what the drivers earned, and the event log what happened. Each was written by another module in its own transactions.
/// </remarks>
internal static class Reconciliation
{
    const decimal DriversShare = 0.80m;

    /// <summary>One comparison.</summary>
    /// <param name="What">What must be equal.</param>
    /// <param name="Left">The one side.</param>
    /// <param name="Right">The other side.</param>
    internal sealed record Line(string What, decimal Left, decimal Right)
    {
        public bool Holds => Left == Right;

        public override string ToString() =>
            FormattableString.Invariant($"{(Holds ? "ok  " : "FAIL")} {Left, 12:0.00} = {Right, -12:0.00} {What}");
    }

    public static async Task<IReadOnlyList<Line>> Of(Day day)
    {
        await using var scope = day.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var ledger = await db.Set<SandboxCharge>().AsNoTracking().ToListAsync();
        var payments = await db.Set<Payment>().AsNoTracking().ToListAsync();
        var invoices = await db.Set<Invoice>().AsNoTracking().ToListAsync();
        var earnings = await db.Set<Earning>().AsNoTracking().ToListAsync();
        var rides = await db.Set<Ride>().AsNoTracking().ToListAsync();
        var failed = await db.Set<StoredMessage>().CountAsync();

        decimal Ledger(string kind, string outcome) =>
            ledger.Where(row => row.Kind == kind && row.Outcome == outcome).Sum(row => row.Amount.Amount);
        var (taken, returned) = (
            Ledger(SandboxCharge.ChargeKind, SandboxCharge.Captured),
            Ledger(SandboxCharge.RefundKind, SandboxCharge.Refunded)
        );
        var captured = payments.Where(payment => payment.IsCaptured()).ToList();
        var paid = invoices.Where(invoice => invoice.PaidAt is not null).ToList();
        var paidRides = paid.Select(invoice => invoice.RideId).ToHashSet();
        decimal PaidLines(string code) =>
            paid.SelectMany(invoice => invoice.Lines).Where(line => line.Code == code).Sum(line => line.Amount.Amount);
        var (tolls, fees, tax) = (
            PaidLines(FareLine.TollsCode),
            PaidLines(FareLine.BookingFeeCode),
            PaidLines(FareLine.TaxCode)
        );
        var ofPaid = earnings.Where(row => paidRides.Contains(row.RideId)).ToList();
        var earned = ofPaid.Where(row => row.Correction == Earning.None).ToList();
        var commission = paid.Sum(Commission);
        var refunds = invoices.SelectMany(invoice => invoice.Refunds ?? []).ToList();
        var owed = payments.Where(payment =>
            payment.Status is nameof(PaymentStateMachine.Outstanding) or nameof(PaymentStateMachine.WrittenOff)
        );

        return
        [
            new("taken by the gateway = captured payments", taken, captured.Sum(payment => payment.Due.Amount)),
            new("taken by the gateway = receipts that are paid", taken, paid.Sum(invoice => invoice.Total.Amount)),
            new("returned by the gateway = refunds on receipts", returned, refunds.Sum(refund => refund.Amount.Amount)),
            new(
                "returned by the gateway = refunds of payments",
                returned,
                captured.Sum(payment => payment.Refunds is null ? 0 : payment.Refunded().Amount)
            ),
            new(
                "taken without what was returned = paid receipts without their refunds",
                taken - returned,
                paid.Sum(invoice => invoice.Total.Amount - (invoice.Refunds ?? []).Sum(refund => refund.Amount.Amount))
            ),
            new(
                "drivers + commission + tax + fees + tolls = taken",
                earned.Sum(row => row.Earned.Amount - row.Tolls.Amount) + commission + tax + fees + tolls,
                taken
            ),
            new("tolls of drivers = tolls on receipts", earned.Sum(row => row.Tolls.Amount), tolls),
            new(
                "what drivers bear of refunds is in proportion, and never more than they earned: rides beyond it",
                ofPaid.GroupBy(row => row.RideId).Count(ride => ride.Sum(row => row.Earned.Amount) < 0),
                0
            ),
            new(
                "receipts = paid + owed",
                invoices.Sum(invoice => invoice.Total.Amount),
                paid.Sum(invoice => invoice.Total.Amount) + owed.Sum(payment => payment.Due.Amount)
            ),
            new(
                "charges of a ride beyond the first",
                ledger.Where(IsCapture).GroupBy(row => row.Reference).Count(ride => ride.Count() > 1),
                0
            ),
            new(
                "authorizations that are still reserved",
                ledger.Count(row => row.Outcome == SandboxCharge.Authorized),
                0
            ),
            new("rides that have not ended", rides.Count(ride => !IsOver(ride)), 0),
            new("payments that are not decided", payments.Count(payment => !IsDecided(payment)), 0),
            new("rides = payments", rides.Count, payments.Count),
            new("receipts = completed and charged rides", invoices.Count, rides.Count(ride => ride.Fare is not null)),
            new("drivers on two rides at once", DoubleBookings(day.Events), 0),
            new("rides whose status differs from their events", Differences(day.Events, rides), 0),
            new("failed messages", failed, 0),
            .. await Analytics(day, rides, captured),
        ];
    }

    static bool IsCapture(SandboxCharge row) =>
        row is { Kind: SandboxCharge.ChargeKind, Outcome: SandboxCharge.Captured };

    static bool IsOver(Ride ride) =>
        ride.Status is nameof(RideStatus.Completed) or nameof(RideStatus.Cancelled) or nameof(RideStatus.NoDriverFound);

    static bool IsDecided(Payment payment) =>
        payment.IsCaptured() && payment.Status != nameof(PaymentStateMachine.Refunding)
        || payment.Status
            is nameof(PaymentStateMachine.Outstanding)
                or nameof(PaymentStateMachine.WrittenOff)
                or nameof(PaymentStateMachine.NothingDue)
        // The ride had no driver: nothing is due.
        || payment is { Status: nameof(PaymentStateMachine.Expected) };

    // What the company keeps of a receipt: the rest of the shared lines after the driver's part is rounded.
    static decimal Commission(Invoice invoice)
    {
        var shared = invoice
            .Lines.Where(line => line.Code is not (FareLine.TollsCode or FareLine.BookingFeeCode or FareLine.TaxCode))
            .Sum(line => line.Amount.Amount);
        return shared - Money.Rounded(shared * DriversShare, invoice.Total.Currency).Amount;
    }

    /// <summary>Counts assignments of a driver who had another ride at that moment, by the event log.</summary>
    static int DoubleBookings(IReadOnlyList<JsonNode> events)
    {
        var rideOf = new Dictionary<string, string>(StringComparer.Ordinal);
        var driverOf = new Dictionary<string, string>(StringComparer.Ordinal);
        var twice = 0;
        foreach (var happened in events)
        {
            var ride = happened["stream_id"]!.GetValue<string>();
            switch (happened["event_type"]!.GetValue<string>())
            {
                case "DriverAssigned":
                    var driver = happened["payload"]!["driverId"]!.GetValue<string>();
                    if (!rideOf.TryAdd(driver, ride))
                        twice++;
                    driverOf[ride] = driver;
                    break;
                case "DriverUnassigned" or "RideCompleted" or "RideCancelled":
                    if (driverOf.Remove(ride, out var free))
                        rideOf.Remove(free);
                    break;
            }
        }
        return twice;
    }

    static int Differences(IReadOnlyList<JsonNode> events, List<Ride> rides)
    {
        var ends = events
            .Where(happened =>
                happened["event_type"]!.GetValue<string>() is "RideCompleted" or "RideCancelled" or "NoDriverFound"
            )
            .ToDictionary(
                happened => happened["stream_id"]!.GetValue<string>(),
                happened => happened["event_type"]!.GetValue<string>().Replace("Ride", "", StringComparison.Ordinal)
            );
        return rides.Count(ride => ends.GetValueOrDefault($"{ride.CorrelationId}") != ride.Status);
    }

    static async Task<IEnumerable<Line>> Analytics(Day day, List<Ride> rides, List<Payment> captured)
    {
        var period =
            $"from={Town.Midnight.AddHours(-1):yyyy-MM-ddTHH:mm:ssZ}&to={Town.Midnight.AddDays(3):yyyy-MM-ddTHH:mm:ssZ}";
        var breakdown = (
            await day.Do("operator", "clerk", HttpMethod.Get, $"operations/analytics/breakdown?{period}&groupBy=day")
        ).Body!["items"]!.AsArray();
        decimal Sum(string member) => breakdown.Sum(item => item![member]!.GetValue<decimal>());
        var revenue = breakdown.Sum(item =>
            item!["revenue"]!
                .AsArray()
                .Sum(part =>
                    decimal.Parse(
                        part!["amount"]!["amount"]!.GetValue<string>(),
                        System.Globalization.CultureInfo.InvariantCulture
                    )
                )
        );
        return
        [
            new("requests in Analytics = rides", Sum("requested"), rides.Count),
            new(
                "completed in Analytics = completed rides",
                Sum("completed"),
                rides.Count(ride => ride.Status == nameof(RideStatus.Completed))
            ),
            new(
                "revenue in Analytics = captured without refunds",
                revenue,
                captured.Sum(payment => payment.Due.Amount - (payment.Refunds is null ? 0 : payment.Refunded().Amount))
            ),
        ];
    }
}
