namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>
/// Every message ever delivered arrives once more, in any order, after the inbox entries were deleted: only the
/// permanent keys of payments, drivers and rides remain to detect it.
/// </summary>
sealed class DuplicateAWeekLater : Fault<ServersScene>
{
    Tap? _tap;

    public override string Name => "everything again a week later";

    protected override async Task Prepare(ServersScene scene, Random random) => _tap = await Tap.Open(scene);

    protected override Task Strike(ServersScene scene, Rush rush, Random random) => Task.CompletedTask;

    protected override async Task After(ServersScene scene, Rush rush, Random random)
    {
        // Events that are still in transit cannot be repeated.
        (await new Invariants(scene, 0).Violations(rush.Accepted)).ShouldBeEmpty("before the messages were repeated");
        var log = await scene.Database.Count("SELECT count(*) FROM {event_log.events}");
        var rides = await Rides(scene);

        var again = _tap!.Seen.ToArray();
        again.Length.ShouldBeGreaterThan(rush.Accepted.Count);
        again.ShouldAllBe(message => message.Id != Guid.Empty);
        random.Shuffle(again);
        await scene.Database.Execute(
            $"DELETE FROM {{messaging.inbox_state}} WHERE message_id IN ({string.Join(',', again.Select(message => $"'{message.Id}'"))})"
        );
        // A restart also clears the process's inbox cache.
        await scene.KillHost();
        await scene.StartHost();
        foreach (var message in again)
            await _tap.Send(message);
        await _tap.Close();
        (await new Invariants(scene, 0).Violations(rush.Accepted)).ShouldBeEmpty("after the messages were repeated");
        (await Rides(scene)).ShouldBe(rides, "the repetition changes no ride");
        (await scene.Database.Count("SELECT count(*) FROM {event_log.events}")).ShouldBe(log, "nothing happened again");
    }

    static Task<List<string>> Rides(ServersScene scene) =>
        scene.Database.Query(
            "SELECT id, status, version, driver_id, payment_status FROM {rides.rides} ORDER BY id",
            row => string.Join(' ', Enumerable.Range(0, row.FieldCount).Select(column => Database.Text(row, column)))
        );
}
