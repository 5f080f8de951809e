using RideBooking.Testing.Tests.Parcels;
using static RideBooking.Testing.Expect;
using static RideBooking.Testing.Step;

namespace RideBooking.Testing.Tests.Lab;

/// <summary>The report of a failing test: the expectation, the difference, and the timeline.</summary>
public sealed class When_a_scenario_fails
{
    static readonly SagaLab s_lab = SagaLab.Of<ParcelMachine, Parcel>();

    readonly Guid _id = Guid.CreateVersion7();

    Given OnItsWay => s_lab.Given(new PostParcel(_id, "RB1", "Paris"), Respond<PrintLabel>(new LabelPrinted(_id, "x")));

    static async Task<string> ReportOf(Scenario scenario) =>
        (await Should.ThrowAsync<SagaLabException>(() => scenario.Run())).Message;

    [Fact]
    public async Task A_message_that_is_almost_right_is_the_nearest_miss_with_what_differs()
    {
        var report = await ReportOf(
            OnItsWay.When(new ScanParcel("RB1", "Lyon")).Then(new ParcelScanned(_id, "Lyon", 2))
        );
        report.ShouldContain("Expected, but did not happen:\n  published or sent ParcelScanned");
        report.ShouldContain("Nearest miss:\n  published ParcelScanned");
        report.ShouldContain("    scans: expected 2, was 1");
    }

    [Fact]
    public async Task Unexpected_messages_are_named()
    {
        var report = await ReportOf(OnItsWay.When(new ScanParcel("RB1", "Lyon")).ThenNothing());
        report.ShouldContain($"Happened, but was not expected:\n  published ParcelScanned {{ parcelId: {_id}");
    }

    [Fact]
    public async Task But_may_be_allowed() =>
        await OnItsWay
            .When(new HandOver(_id, "Ada"))
            .ThenAmongOthers(Published<ParcelDelivered>().Where(it => it.Recipient == "Ada"));

    [Fact]
    public async Task The_timeline_shows_the_given_steps_and_their_effects_with_their_times()
    {
        var report = await ReportOf(OnItsWay.When(Passes(TimeSpan.FromDays(3))).ThenNothing());
        report.ShouldContain("2020-01-01 12:00:00  parcel gets PostParcel");
        report.ShouldContain("scheduled DeliveryOverdue");
        report.ShouldContain("(in 2 d)");
        report.ShouldContain("───\n  2020-01-03 12:00:00  parcel gets DeliveryOverdue");
        report.ShouldContain("Status: \"OnItsWay\" → \"Late\"");
    }

    [Fact]
    public async Task A_state_that_is_another_is_named()
    {
        var report = await ReportOf(OnItsWay.When(Passes(TimeSpan.FromDays(1))).Then(Saga<Parcel>(_id).Is("Late")));
        report.ShouldContain($"Parcel {_id}: expected state Late, was OnItsWay");
    }

    [Fact]
    public async Task A_condition_is_shown_as_it_is_written()
    {
        var report = await ReportOf(
            OnItsWay
                .When(new ScanParcel("RB1", "Lyon"))
                .Then(
                    Published<ParcelScanned>().Where(scan => scan.Place == "Nice"),
                    Saga<Parcel>(_id).Where(parcel => parcel.Scans.Count == 3)
                )
        );
        report.ShouldContain("scan => scan.Place == \"Nice\" is not true");
        report.ShouldContain("parcel => parcel.Scans.Count == 3 is not true");
    }

    [Fact]
    public async Task One_message_does_not_meet_two_expectations()
    {
        var report = await ReportOf(
            OnItsWay
                .When(new ScanParcel("RB1", "Lyon"))
                .Then(Published<ParcelScanned>(), new ParcelScanned(_id, "Lyon", 1))
        );
        report.ShouldContain("Expected, but did not happen");
    }

    [Fact]
    public async Task The_broader_expectation_does_not_take_the_message_that_the_narrower_one_needs() =>
        await OnItsWay
            .When(new ScanParcel("RB1", "Lyon"), new ScanParcel("RB1", "Paris"))
            .Then(Published<ParcelScanned>(), new ParcelScanned(_id, "Lyon", 1));

    [Fact]
    public async Task A_given_that_fails_or_is_lost_is_distinguished_from_the_test_itself()
    {
        var lost = await ReportOf(s_lab.Given(new HandOver(_id, "Ada")).When().ThenNothing());
        lost.ShouldContain("The given steps failed: parcel has no instance for HandOver");
        var failed = await ReportOf(s_lab.Given(new ScanParcel("RB1", "Lyon")).When().ThenNothing());
        failed.ShouldContain("The given steps failed: parcel failed on ScanParcel");
    }

    [Fact]
    public async Task The_exception_of_a_handler_is_kept_as_the_cause()
    {
        var failure = await Should.ThrowAsync<SagaLabException>(() =>
            OnItsWay.When(new ScanParcel("RB1", "ocean")).ThenNothing().Run()
        );
        failure.GetBaseException().Message.ShouldBe("A parcel has fallen into the ocean.");
    }
}
