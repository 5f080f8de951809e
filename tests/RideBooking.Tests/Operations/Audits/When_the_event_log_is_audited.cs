using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Cli;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Operations;
using RideBooking.Operations.Audits;
using RideBooking.Platform.Persistence;
using RideBooking.Rides;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Cli;

namespace RideBooking.Tests.Operations.Audits;

/// <summary>An operator audits the event log and the rides from the command line.</summary>
public sealed class When_the_event_log_is_audited(ListeningHost host) : IClassFixture<ListeningHost>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rides_that_nobody_touched_agree_and_what_was_changed_by_hand_is_named()
    {
        var rides = Task.WhenAll(Enumerable.Range(0, 5).Select(Drive));
        (await host.Run("audit")).ShouldEnd(ExitCode.Done).Error.ShouldContain("0 deviations");
        var (changedRide, lostRide, changedEvent, lostEvent, movedEvent) = await rides switch
        {
            [var a, var b, var c, var d, var e] => (a, b, c, d, e),
            _ => throw new InvalidOperationException(),
        };
        await AllAreChained();
        var intact = (await host.Run("audit", "--json")).ShouldEnd(ExitCode.Done).Json;
        intact["rides"]!.GetValue<int>().ShouldBe(5);
        intact["position"]!.ToString().ShouldBe(intact["lastPosition"]!.ToString());

        await In(async db =>
        {
            await db.Set<Ride>()
                .Where(ride => ride.CorrelationId == changedRide)
                .ExecuteUpdateAsync(set => set.SetProperty(ride => ride.PaymentStatus, PaymentStatus.Pending), Stop);
            await db.Set<Ride>().Where(ride => ride.CorrelationId == lostRide).ExecuteDeleteAsync(Stop);
        });
        var changed = await Event(changedEvent, nameof(RideRated));
        await At(changed, rows => rows.ExecuteUpdateAsync(set => set.SetProperty(row => row.Version, 9), Stop));
        var lost = await Event(lostEvent, nameof(DriverOffered));
        await At(lost, rows => rows.ExecuteDeleteAsync(Stop));
        var moved = await Event(movedEvent, nameof(FareFinalized));
        await At(
            moved,
            rows =>
                rows.ExecuteUpdateAsync(
                    set => set.SetProperty(row => row.StreamId, Guid.CreateVersion7().ToString()),
                    Stop
                )
        );

        var audit = (await host.Run("audit")).ShouldEnd(ExitCode.Deviations).Lines;
        audit.ShouldContain($"{changedRide}\t\t\tpayment.status\t\"captured\"\t\"pending\"");
        audit.ShouldContain($"{lostRide}\t\t\tride\tcompleted\tnothing");
        audit.ShouldContain(line => line.StartsWith($"{changedEvent}\t{changed.Position}\t{changed.EventId}\thash\t"));
        audit.ShouldContain(
            $"{changedEvent}\t{changed.Position}\t{changed.EventId}\tversion\tRideRated version 1 to 2\tRideRated version 9"
        );
        audit.ShouldContain($"\t{lost.Position}\t\tposition\t{lost.Position}\t{lost.Position + 1}");
        audit.ShouldContain(line => line.Contains($"\t{moved.Position}\t{moved.EventId}\tstreamVersion\t"));
        audit.ShouldContain(line => line.StartsWith($"{movedEvent}\t\t\tfare."));

        // It waits for the rides that deviate, so that it can be cancelled meanwhile.
        var id = (await host.Run("audit", "--no-wait")).ShouldEnd(ExitCode.Done).Lines.ShouldHaveSingleItem();
        (await host.Run("audit", "cancel", id)).ShouldEnd(ExitCode.Done).Out.ShouldBe("The audit is cancelled.\n");
        (await host.Run("audit", "follow", id)).ShouldEnd(ExitCode.Failed);

        // An audit of a process that died begins again.
        var orphan = new Audit
        {
            Id = Guid.CreateVersion7(),
            Status = WorkStatus.Running,
            Position = 3,
            DeviationCount = 100,
            RequestedBy = "an operator",
            RequestedAt = DateTimeOffset.UtcNow,
            ClaimedUntil = DateTimeOffset.UtcNow,
        };
        await Record(orphan);
        var taken = (await host.Run("audit", "follow", $"{orphan.Id}", "--json")).ShouldEnd(ExitCode.Deviations).Json;
        taken["deviationCount"]!.GetValue<int>().ShouldBe(audit.Count - 1);
    }

    [Fact]
    public async Task Who_started_and_cancelled_it_is_an_operators_action_with_a_reason_if_there_is_one()
    {
        var unclaimed = Guid.CreateVersion7();
        await Record(
            new Audit
            {
                Id = unclaimed,
                Status = WorkStatus.Running,
                RequestedBy = "an operator",
                RequestedAt = DateTimeOffset.UtcNow,
                // Claimed for so long that this host does not end it before it is cancelled.
                ClaimedUntil = DateTimeOffset.UtcNow.AddSeconds(30),
            }
        );
        (await host.Run("audit", "--no-wait", "--reason", "of the month")).ShouldEnd(ExitCode.Done);
        (await host.Run("audit", "--no-wait")).ShouldEnd(ExitCode.Done);
        (await host.Run("audit", "cancel", $"{unclaimed}", "--reason", "too long")).ShouldEnd(ExitCode.Done);
        (await host.Run("audit", "cancel", $"{unclaimed}", "--reason", "again")).ShouldEnd(ExitCode.Done);

        var actions = (await host.Run("audit", "actions", "--limit", "100")).ShouldEnd(ExitCode.Done).Lines;
        actions.ShouldContain(line => line.EndsWith("\tstart-audit\t1\t\tof the month"));
        actions.ShouldContain(line => line.TrimEnd().EndsWith("\tstart-audit\t1"));
        actions.ShouldContain(line => line.EndsWith("\tcancel-audit\t1\t\ttoo long"));
        actions.ShouldNotContain(line => line.EndsWith("\tagain"), "a repeat changes nothing");
    }

    Task Record(Audit audit) =>
        In(async db =>
        {
            db.Add(audit);
            await db.SaveChangesAsync(Stop);
        });

    async Task<Guid> Drive(int corner)
    {
        var (from, to) = (City.Place(-60 + corner * 3, 10), City.Place(-60 + corner * 3, 10.08));
        var driver = await host.City.DriverAt(from);
        var rider = await host.City.Rider();
        var ride = await rider.Request(from, to);
        await driver.Drives(ride);
        await rider.SeesPayment(ride, "captured");
        await (await host.City.Operator()).WasPaidOnce(ride);
        await rider.Post($"rides/{ride}/rating", new System.Text.Json.Nodes.JsonObject { ["stars"] = 5 });
        return Guid.Parse(ride);
    }

    async Task AllAreChained()
    {
        var last = 0L;
        await In(async db => last = await db.LastPosition(Stop));
        for (var chained = 0L; chained < last; await Task.Yield())
            await In(async db =>
            {
                await HashChain.Extend(db, Stop);
                chained = await db.LastChained(Stop);
            });
    }

    async Task<LoggedEvent> Event(Guid rideId, string type)
    {
        LoggedEvent? found = null;
        await In(async db =>
            found = await db.Set<LoggedEvent>()
                .AsNoTracking()
                .Where(row => row.StreamId == rideId.ToString() && row.EventType == type)
                .FirstAsync(Stop)
        );
        return found!;
    }

    Task At(LoggedEvent logged, Func<IQueryable<LoggedEvent>, Task> change) =>
        In(db => change(db.Set<LoggedEvent>().Where(row => row.Position == logged.Position)));

    async Task In(Func<AppDbContext, Task> work)
    {
        await using var scope = host.Services.CreateAsyncScope();
        await work(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }
}
