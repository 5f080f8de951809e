using MassTransit;
using RideBooking.Testing;
using Xunit;
using static RideBooking.Testing.Expect;
using static RideBooking.Testing.Step;

namespace ErrandSagas;

public sealed class ErrandTests
{
    // Say here what your endpoints use: the outbox and the retries decide what a crash can do.
    static readonly SagaLab s_lab = new(lab =>
        lab.Saga<ErrandMachine, ErrandState>()
            .Outbox(OutboxKind.Transactional)
            .Redelivery(again => again.Interval(3, TimeSpan.FromMinutes(5)))
    );

    readonly Guid _id = Guid.NewGuid();

    [Fact]
    public Task It_gets_an_hour() =>
        s_lab
            .When(new ErrandStarted(_id))
            .Then(Scheduled<ErrandExpired>().In(TimeSpan.FromHours(1)), Saga<ErrandState>(_id).Is("UnderWay"));

    [Fact]
    public Task It_is_late_after_that() =>
        s_lab
            .Given(new ErrandStarted(_id))
            .When(Passes(TimeSpan.FromHours(1)))
            .Then(new ErrandIsLate(_id), Saga<ErrandState>(_id).Is("Late"));

    [Fact]
    public Task It_is_never_late_once_it_is_done() =>
        s_lab
            .Given(new ErrandStarted(_id))
            .When(new ErrandFinished(_id))
            .Then(Cancelled<ErrandExpired>(), Saga<ErrandState>(_id).Is("Done"))
            .When(Passes(TimeSpan.FromDays(1)))
            .ThenNothing();

    [Fact]
    public Task It_comes_to_an_end_in_whatever_order_things_happen() =>
        s_lab.Explore(
            it =>
                it.Events(new ErrandStarted(_id), new ErrandFinished(_id))
                    .Duplicates(1)
                    .Crashes(1)
                    .NothingFails()
                    .Always("late at most once", world => world.Published<ErrandIsLate>().Count <= 1)
                    .Finally("done", world => world.StateOf<ErrandState>(_id) == "Done"),
            TestContext.Current.CancellationToken
        );

    [Fact]
    public void Its_machine_has_no_holes() => Assert.Empty(s_lab.FindingsOf<ErrandState>());
}
