namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>
/// One queue confirms no messages, as a quorum queue whose other replicas are unavailable. Only messages for that queue wait:
/// every ride ends, and is paid once the queue is available again.
/// </summary>
sealed class QueueConfirmsNothing : Fault<ServersScene>
{
    const string Queue = "payment";
    const int MoreRides = 3;

    public override string Name => "a queue that confirms nothing";

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        Assert.SkipUnless(scene.Servers.RabbitMq.CanReset, "The broker is not private to the tests.");
        // A channel of RabbitMQ waits for each new queue, but not for queues to which it has sent before.
        await rush.Paid(atLeast: 2);
        await SomeTime(random, 500);
        (await All("suspend")).ShouldContain("1", customMessage: "one queue of that name");
        try
        {
            for (var ride = 0; ride < MoreRides; ride++)
                await rush.RequestAnother();
            await WaitFor.TrueAsync(
                "every ride to end while the queue hangs",
                async () =>
                {
                    foreach (var (rider, id) in rush.Riders)
                        if (!id.IsCompletedSuccessfully || await Status(rider, await id) != "completed")
                            return false;
                    return true;
                },
                WaitFor.Limit,
                () => scene.Host.Output
            );
            (
                await scene.Database.Count(
                    "SELECT count(*) FROM {rides.rides} WHERE status = 'Completed' AND payment_status <> 'Captured'"
                )
            ).ShouldBeGreaterThanOrEqualTo(MoreRides, "no payment is captured while it hangs");
        }
        finally
        {
            await All("resume");
        }

        // Each quorum queue is an Erlang process, which can be suspended on its own.
        Task<string> All(string what) =>
            scene.Servers.RabbitMq.ControlAsync(
                "eval",
                $$"""
                length([sys:{{what}}(amqqueue:get_pid(Q)) || Q <- rabbit_amqqueue:list(<<"{{scene.VirtualHost.AbsolutePath.TrimStart(
                    '/'
                )}}">>), element(4, amqqueue:get_name(Q)) =:= <<"{{Queue}}">>]).
                """
            );

        static async Task<string?> Status(TestKit.Api.Rider rider, string id) =>
            (await rider.Get($"rides/{id}")).Body?["status"]?.GetValue<string>();
    }
}
