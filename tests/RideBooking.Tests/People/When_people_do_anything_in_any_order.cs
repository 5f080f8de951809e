using System.Globalization;
using CsCheck;
using Microsoft.EntityFrameworkCore;
using RideBooking.Payments;

namespace RideBooking.Tests.People;

/// <summary>
/// Several riders, drivers and operators do random things over the API, while messages come late, twice and in any order. When
/// nothing is left to happen, the invariants hold.
/// </summary>
public sealed class When_people_do_anything_in_any_order
{
    const int Runs = 4;

    [Fact]
    public async Task No_ride_is_lost_and_none_is_paid_twice()
    {
        await using var lab = await PeopleLab.Open();
        var (run, rides) = (0, new List<Guid>());
        await Step.Steps.SampleAsync(
            async steps =>
            {
                var play = new Play(lab, run++);
                await play.Run(steps);
                rides.AddRange(play.Rides);
                (await PeopleInvariants.Breaches(lab, play.Rides)).ShouldBeEmpty(play.Story);
            },
            iter: Setting("RIDEBOOKING_PEOPLE_RUNS") is { } runs ? int.Parse(runs, CultureInfo.InvariantCulture) : Runs,
            threads: 1,
            seed: Setting("RIDEBOOKING_PEOPLE_SEED")
        );

        // Runs that pay no ride would show nothing.
        var paid = await lab.In(db =>
            db.Set<Payment>()
                .CountAsync(payment =>
                    rides.Contains(payment.CorrelationId) && payment.Status == nameof(PaymentStateMachine.Captured)
                )
        );
        TestContext.Current.SendDiagnosticMessage($"{run} runs, {rides.Count} rides, {paid} of them paid");
        paid.ShouldBeGreaterThan(run, $"of {rides.Count} rides");
    }

    static string? Setting(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : null;
}
