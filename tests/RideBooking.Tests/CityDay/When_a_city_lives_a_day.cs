using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Payments.Gateway;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.CityDay;

/// <summary>A day of the simulated city leaves nothing open and reconciles to the cent.</summary>
/// <remarks>The size of the day can be set, see <see cref="DaySettings.FromEnvironment"/>.</remarks>
public sealed class When_a_city_lives_a_day
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_ends_and_reconciles_to_the_cent()
    {
        var isLong = DaySettings.FromEnvironment() is not null;
        var settings = DaySettings.FromEnvironment() ?? new DaySettings(Random.Shared.Next(), Rides: 50);
        var watch = Stopwatch.StartNew();
        await using var day = await Day.Play(settings, Say);

        var lines = await Reconciliation.Of(day);

        Say($"{settings}\n{DayReport.Of(day, lines)}");
        lines.Where(line => !line.Holds).ShouldBeEmpty($"{settings}");
        if (!isLong)
            await ShouldShowOneWrongCent(day);

        void Say(string line)
        {
            if (isLong)
                System.Console.WriteLine($"{watch.Elapsed:mm\\:ss} {line}");
            else
                TestContext.Current.SendDiagnosticMessage(line);
        }
    }

    static async Task ShouldShowOneWrongCent(Day day)
    {
        await using var scope = day.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var entry = await db.Set<SandboxCharge>()
            .Where(row => row.Outcome == SandboxCharge.Captured)
            .OrderBy(row => row.Id)
            .FirstAsync(Stop);
        db.Entry(entry).ComplexProperty(row => row.Amount).Property(amount => amount.Amount).CurrentValue += 0.01m;
        await db.SaveChangesAsync(Stop);

        (await Reconciliation.Of(day))
            .Where(line => !line.Holds)
            .Select(line => line.What)
            .ShouldContain("taken by the gateway = receipts that are paid");
    }
}
