namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>Every message of every queue arrives twice and out of order.</summary>
sealed class EveryDeliveryTwice : Fault<ServersScene>
{
    Tap? _tap;

    public override string Name => "every delivery twice and out of order";

    protected override async Task Prepare(ServersScene scene, Random random)
    {
        _tap = await Tap.Open(scene);
        await _tap.ForwardTwice(new Random(random.Next()), within: TimeSpan.FromMilliseconds(400));
    }

    protected override Task Strike(ServersScene scene, Rush rush, Random random) => Task.CompletedTask;

    protected override async Task After(ServersScene scene, Rush rush, Random random)
    {
        await _tap!.Close();
        _tap.Seen.Count.ShouldBeGreaterThan(rush.Accepted.Count);
    }
}
