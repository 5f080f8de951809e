namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>
/// The payment gateway answers one request at a time and far too slowly. Payments queue; nothing else waits for them, and
/// no timeout causes a second payment.
/// </summary>
sealed class SlowConsumer : Fault<ServersScene>
{
    public override string Name => "a consumer ten times too slow";

    // A trigger on the sandbox gateway's ledger slows it down, so that the host is the one that is shipped.
    protected override Task Prepare(ServersScene scene, Random random) =>
        scene.Database.Execute(
            """
            CREATE OR REPLACE FUNCTION slow_down() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_advisory_xact_lock(8472);
                PERFORM pg_sleep(0.5);
                RETURN NEW;
            END $$;
            CREATE OR REPLACE TRIGGER slow BEFORE INSERT ON {payments.sandbox_ledger}
                FOR EACH ROW EXECUTE FUNCTION slow_down();
            """
        );

    protected override Task Strike(ServersScene scene, Rush rush, Random random) =>
        WaitFor.TrueAsync(
            "payments that queue while another ride continues",
            async () =>
                await scene.Database.Count(
                    """
                    SELECT count(*) FROM {rides.rides} completed
                    WHERE status = 'Completed' AND payment_status <> 'Captured'
                        AND EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep')
                    """
                ) > 1,
            WaitFor.Limit,
            () => scene.Host.Output
        );

    protected override Task After(ServersScene scene, Rush rush, Random random) =>
        scene.Database.Execute("DROP TRIGGER slow ON {payments.sandbox_ledger}");
}
