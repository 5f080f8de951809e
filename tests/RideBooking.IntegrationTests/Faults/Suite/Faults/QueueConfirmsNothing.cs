using RideBooking.IntegrationTests.Infrastructure;

namespace RideBooking.IntegrationTests.Faults.Suite.Faults;

/// <summary>
/// One queue of many confirms nothing that it is sent, as a quorum queue whose other replicas are away. What goes there waits, and
/// nothing else does: everybody arrives, and pays when it is back.
/// </summary>
sealed class QueueConfirmsNothing : Fault<ServersScene>
{
    const string Queue = "payment";
    const int MoreRides = 3;
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    public override string Name => "a queue that confirms nothing";

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        Assert.SkipUnless(scene.Servers.RabbitMq.CanLoseEverything, "The broker is not ours to trouble.");
        // To queues that it has sent to before a channel of RabbitMQ does not wait for each to take notice of it.
        await rush.Paid(atLeast: 2);
        await SomeTime(random, 500);
        (await All("suspend")).ShouldContain("1", customMessage: "one queue of that name");
        try
        {
            for (var ride = 0; ride < MoreRides; ride++)
                await rush.OneMore();
            await WaitFor.TrueAsync(
                "every ride to be over while the queue hangs",
                async () =>
                {
                    foreach (var (rider, id) in rush.Riders)
                        if (!id.IsCompletedSuccessfully || await Status(rider, await id) != "completed")
                            return false;
                    return true;
                },
                s_patience,
                () => scene.Host.Output
            );
            (
                await scene.Database.Count(
                    "SELECT count(*) FROM {rides.rides} WHERE status = 'Completed' AND payment_status <> 'Captured'"
                )
            ).ShouldBeGreaterThanOrEqualTo(MoreRides, "nobody pays while it hangs");
        }
        finally
        {
            await All("resume");
        }

        // A quorum queue is a state machine among Erlang's processes, and those can be stopped one by one.
        Task<string> All(string what) =>
            scene.Servers.RabbitMq.ControlAsync(
                "eval",
                $$"""
                length([sys:{{what}}(amqqueue:get_pid(Q)) || Q <- rabbit_amqqueue:list(<<"{{scene.VirtualHost.AbsolutePath.TrimStart(
                    '/'
                )}}">>), element(4, amqqueue:get_name(Q)) =:= <<"{{Queue}}">>]).
                """
            );

        static async Task<string?> Status(Tests.Api.Rider rider, string id) =>
            (await rider.Get($"rides/{id}")).Body?["status"]?.GetValue<string>();
    }
}
