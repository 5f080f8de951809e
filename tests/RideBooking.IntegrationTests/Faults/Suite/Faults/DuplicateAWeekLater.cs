namespace RideBooking.IntegrationTests.Faults.Suite.Faults;

/// <summary>
/// Everything that was ever delivered comes once more, in any order, when the inbox has forgotten all of it: only the
/// permanent keys of money, drivers and rides are left to notice.
/// </summary>
sealed class DuplicateAWeekLater : Fault<ServersScene>
{
    Tap? _tap;

    public override string Name => "everything again a week later";

    protected override async Task Prepare(ServersScene scene, Random random) => _tap = await Tap.Open(scene);

    protected override Task Strike(ServersScene scene, Rush rush, Random random) => Task.CompletedTask;

    protected override async Task After(ServersScene scene, Rush rush, Random random)
    {
        // Events that are still on their way are not there to come again.
        (await new Invariants(scene, 0).Violations(rush.Accepted)).ShouldBeEmpty("before anything came again");
        var log = await scene.Database.Count("SELECT count(*) FROM {event_log.events}");
        var rides = await Rides(scene);

        var again = _tap!.Seen.ToArray();
        again.Length.ShouldBeGreaterThan(rush.Accepted.Count);
        again.ShouldAllBe(message => message.Id != Guid.Empty);
        random.Shuffle(again);
        await scene.Database.Execute(
            $"DELETE FROM {{messaging.inbox_state}} WHERE message_id IN ({string.Join(',', again.Select(message => $"'{message.Id}'"))})"
        );
        // Nor does a process remember what it has seen.
        await scene.KillHost();
        await scene.StartHost();
        foreach (var message in again)
            await _tap.Send(message);
        await _tap.Close();
        (await new Invariants(scene, 0).Violations(rush.Accepted)).ShouldBeEmpty("after everything came again");
        (await Rides(scene)).ShouldBe(rides, "no ride was changed by it");
        (await scene.Database.Count("SELECT count(*) FROM {event_log.events}")).ShouldBe(log, "nothing happened again");
    }

    static Task<List<string>> Rides(ServersScene scene) =>
        scene.Database.Query(
            "SELECT id, status, version, driver_id, payment_status FROM {rides.rides} ORDER BY id",
            row => string.Join(' ', Enumerable.Range(0, row.FieldCount).Select(column => Database.Text(row, column)))
        );
}
