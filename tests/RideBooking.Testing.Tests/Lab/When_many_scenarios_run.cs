using RideBooking.Testing.Tests.Parcels;
using static RideBooking.Testing.Expect;
using static RideBooking.Testing.Step;

namespace RideBooking.Testing.Tests.Lab;

/// <summary>
/// Checks that the lab has not become many times slower, in processor time, because on a busy machine the wall clock depends on
/// other processes. No other test runs in the process meanwhile. The benchmark measures the exact cost; the limits here are
/// wide, because processors differ and share their cores.
/// </summary>
[Collection(nameof(When_many_scenarios_run))]
[CollectionDefinition(nameof(When_many_scenarios_run), DisableParallelization = true)]
public sealed class When_many_scenarios_run
{
    static TimeSpan Processor => Environment.CpuUsage.TotalTime;

    [Fact]
    public async Task A_thousand_scenarios_take_seconds()
    {
        await using var lab = SagaLab.Of<ParcelMachine, Parcel>();
        var began = Processor;
        for (var scenario = 0; scenario < 1000; scenario++)
        {
            var id = Guid.CreateVersion7();
            await lab.Given(new PostParcel(id, "RB1", "Paris"), Respond<PrintLabel>(new LabelPrinted(id, "x")))
                .When(Passes(TimeSpan.FromDays(2)))
                .Then(Published<ParcelIsLate>(), Saga<Parcel>(id).Is("Late"));
        }
        var took = Processor - began;
        TestContext.Current.TestOutputHelper?.WriteLine($"A thousand scenarios: {took.TotalSeconds:0.00} s");
        took.ShouldBeLessThan(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Scenarios_of_one_lab_run_side_by_side_and_do_not_see_each_other()
    {
        await using var lab = SagaLab.Of<ParcelMachine, Parcel>();
        await Parallel.ForAsync(
            0,
            200,
            TestContext.Current.CancellationToken,
            async (at, cancellationToken) =>
            {
                var id = Guid.CreateVersion7();
                // The same tracking number everywhere: in a shared world it would be ambiguous.
                await lab.Given(new PostParcel(id, "RB1", "Paris"), Respond<PrintLabel>(new LabelPrinted(id, "x")))
                    .When(Passes(TimeSpan.FromMinutes(at)), new ScanParcel("RB1", $"place {at}"))
                    .Then(new ParcelScanned(id, $"place {at}", 1))
                    .Run(cancellationToken);
            }
        );
    }

    [Fact]
    public async Task A_separate_lab_for_every_test_is_affordable_too()
    {
        await using (SagaLab.Of<ParcelMachine, Parcel>()) { }
        var began = Processor;
        for (var lab = 0; lab < 20; lab++)
        {
            await using var one = SagaLab.Of<ParcelMachine, Parcel>();
            await one.Given(new PostParcel(Guid.CreateVersion7(), "RB1", "Paris")).When().ThenNothing();
        }
        var each = (Processor - began) / 20;
        TestContext.Current.TestOutputHelper?.WriteLine($"A lab: {each.TotalMilliseconds:0.0} ms");
        each.ShouldBeLessThan(TimeSpan.FromMilliseconds(750));
    }
}
