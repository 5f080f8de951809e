namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>
/// The broker runs out of memory or disk and blocks publishers. Riders and drivers do not notice: their commands are
/// committed and wait in the outbox.
/// </summary>
sealed class BrokerAlarm : Fault<ServersScene>
{
    const int MoreRides = 3;

    readonly string _resource;
    readonly string[] _raise;
    readonly string[] _clear;

    BrokerAlarm(string resource, string[] raise, string[] clear) =>
        (_resource, _raise, _clear) = (resource, raise, clear);

    public static BrokerAlarm OfMemory =>
        new("memory", ["set_vm_memory_high_watermark", "0"], ["set_vm_memory_high_watermark", "0.4"]);

    public static BrokerAlarm OfDisk =>
        new("disk", ["set_disk_free_limit", "1000000000000000"], ["set_disk_free_limit", "50000000"]);

    public override string Name => $"{_resource} alarm of the broker";

    // Both alarms look the same to publishers.
    public override bool OnLongRuns => _resource != "memory";

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        var broker = scene.Servers.RabbitMq;
        Assert.SkipUnless(broker.CanReset, "The broker is not private to the tests.");
        await SomeTime(random, 2000);
        try
        {
            await broker.ControlAsync(_raise);
            await Alarm(raised: true);
            var refused = rush.Refused;
            var requested = new List<string>();
            for (var ride = 0; ride < MoreRides; ride++)
            {
                requested.Add(await rush.RequestAnother().WaitAsync(WaitFor.Limit));
                await SomeTime(random, 1000);
            }
            await WaitFor.TrueAsync(
                "the committed messages to wait in the outbox",
                async () => await scene.Database.Count("SELECT count(*) FROM {messaging.outbox_message}") >= MoreRides,
                WaitFor.Limit,
                () => scene.Host.Output
            );
            (
                await scene.Database.Count(
                    $"SELECT count(*) FROM {{matching.searches}} WHERE ride_id IN ({string.Join(',', requested.Select(id => $"'{id}'"))})"
                )
            ).ShouldBe(0, "matching cannot have received them");
            rush.Refused.ShouldBe(refused, "the API answers in spite of the alarm");
        }
        finally
        {
            await broker.ControlAsync(_clear);
            await Alarm(raised: false);
        }

        Task Alarm(bool raised) =>
            WaitFor.TrueAsync(
                $"the {_resource} alarm to be {(raised ? "raised" : "cleared")}",
                async () =>
                    (await broker.ControlAsync("eval", "rabbit_alarm:get_alarms().")).Contains(
                        _resource,
                        StringComparison.Ordinal
                    ) == raised,
                WaitFor.Limit
            );
    }
}
