using MassTransit;
using MassTransit.Contracts;
using static RideBooking.Testing.Expect;
using static RideBooking.Testing.Step;

namespace RideBooking.Testing.Tests.Parcels;

/// <summary>Example of a saga's tests in the lab.</summary>
public sealed class ParcelTests
{
    // One lab serves all tests in parallel: every scenario has its own world.
    static readonly SagaLab s_lab = SagaLab.Of<ParcelMachine, Parcel>();

    readonly Guid _id = Guid.CreateVersion7();

    PostParcel Posted => new(_id, "RB1", "Paris");

    LabelPrinted Labelled => new(_id, "label");

    static ScanParcel Scanned(string place) => new("RB1", place);

    HandOver HandedOver => new(_id, "Ada");

    [Fact]
    public Task That_is_posted_gets_its_label_from_the_printer() =>
        s_lab
            .When(Posted)
            .Then(
                new ParcelPosted(_id, "RB1"),
                Sent<PrintLabel>().With(new { To = "Paris" }).To("label-printer"),
                Scheduled<DeliveryOverdue>().In(TimeSpan.FromDays(2)),
                Scheduled<RequestTimeoutExpired<PrintLabel>>().In(TimeSpan.FromMinutes(1)),
                Saga<Parcel>(_id).Is("Label.Pending").Where(parcel => parcel.Tracking == "RB1")
            );

    [Fact]
    public Task Is_in_transit_once_it_has_a_label() =>
        s_lab
            .Given(Posted)
            .When(Respond<PrintLabel>(Labelled))
            .Then(
                Cancelled<RequestTimeoutExpired<PrintLabel>>(),
                Saga<Parcel>().Is("OnItsWay").Where(parcel => parcel.Label == "label")
            );

    [Fact]
    public Task Strands_when_the_printer_fails() =>
        s_lab
            .Given(Posted)
            .When(Fail<PrintLabel>(new InvalidOperationException("Out of paper.")))
            .ThenAmongOthers(Saga<Parcel>(_id).Is("Stranded"));

    [Fact]
    public Task Strands_when_the_printer_does_not_answer() =>
        s_lab.Given(Posted).When(Passes(TimeSpan.FromMinutes(1))).Then(Saga<Parcel>(_id).Is("Stranded"));

    [Fact]
    public Task Is_found_by_its_tracking_number() =>
        s_lab
            .Given(Posted, Respond<PrintLabel>(Labelled))
            .When(Scanned("Lyon"), Scanned("Paris"))
            .Then(new ParcelScanned(_id, "Lyon", 1), new ParcelScanned(_id, "Paris", 2));

    [Fact]
    public Task Goes_on_from_where_it_was_stored() =>
        s_lab
            .Given(
                Stored(
                    new Parcel
                    {
                        CorrelationId = _id,
                        Status = "OnItsWay",
                        Tracking = "RB1",
                    }
                )
            )
            .When(Scanned("Lyon"))
            .Then(new ParcelScanned(_id, "Lyon", 1));

    [Fact]
    public async Task That_was_stored_is_a_copy_in_the_timeline()
    {
        var (run, parcel) = (
            s_lab.Start(),
            new Parcel
            {
                CorrelationId = _id,
                Status = "Late",
                Tracking = "RB1",
            }
        );

        run.Store(parcel);
        parcel.Status = "Stranded";

        run.StateOf<Parcel>(_id).ShouldBe("Late");
        run.Timeline.ShouldContain($"stored Parcel {_id}: new → Late");
        await run.Deliver(HandedOver, cancellationToken: TestContext.Current.CancellationToken);
        run.Saga<Parcel>(_id).ShouldBeNull();
    }

    [Fact]
    public void Is_stored_only_where_its_machine_is()
    {
        var run = new SagaLab(lab => lab.Saga<OtherMachine, Other>()).Start();

        Should
            .Throw<ArgumentException>(() => run.Store(new Parcel { CorrelationId = _id }))
            .Message.ShouldContain("Parcel");
    }

    [Fact]
    public Task That_is_handed_over_is_deleted_and_never_late() =>
        s_lab
            .Given(Posted, Respond<PrintLabel>(Labelled))
            .When(HandedOver)
            .Then(
                Cancelled<DeliveryOverdue>(),
                new ParcelDelivered(_id, "Ada"),
                Sent<TellDepot>().To("depot"),
                Saga<Parcel>(_id).IsGone()
            )
            .When(Passes(TimeSpan.FromDays(30)))
            .ThenNothing();

    [Fact]
    public Task Is_late_after_two_days_to_the_second() =>
        s_lab
            .Given(Posted, Respond<PrintLabel>(Labelled))
            .When(Passes(TimeSpan.FromDays(2) - TimeSpan.FromSeconds(1)))
            .Then(Saga<Parcel>(_id).Is("OnItsWay"))
            .When(Passes(TimeSpan.FromSeconds(1)))
            .Then(new ParcelIsLate(_id, s_lab.Start().Now.AddDays(2)), Saga<Parcel>(_id).Is("Late"));

    [Fact]
    public Task Reports_its_state() =>
        s_lab
            .Given(Posted, Respond<PrintLabel>(Labelled), Scanned("Lyon"))
            .When(Request(new AskWhere(_id)))
            .Then(Responded<ParcelIs>().With(new { Status = "OnItsWay", Place = "Lyon" }));

    [Fact]
    public Task That_is_unknown_is_answered_too() =>
        s_lab
            .When(Request(new AskWhere(_id)))
            .Then(Responded<ParcelIs>().With(new { Status = "unknown" }), Unclaimed<AskWhere>());

    [Fact]
    public Task That_falls_into_the_ocean_stays_as_it_was() =>
        s_lab
            .Given(Posted, Respond<PrintLabel>(Labelled), Scanned("Lyon"))
            .When(Scanned("ocean"))
            .Then(
                Faulted<InvalidOperationException>(),
                Saga<Parcel>(_id).Where(parcel => parcel.Place == "Lyon" && parcel.Scans.Count == 1)
            );

    [Fact]
    public Task Is_not_scanned_before_it_has_a_label() =>
        s_lab.Given(Posted).When(Scanned("Lyon")).Then(NotAccepted<ScanParcel>());

    [Fact]
    public Task Is_not_scanned_when_it_was_never_posted() => s_lab.When(Scanned("Lyon")).Then(Faulted<SagaException>());

    [Fact]
    public Task That_is_handed_over_without_having_been_posted_is_lost_silently_which_the_lab_reports() =>
        s_lab.When(HandedOver).Then(Unclaimed<HandOver>());

    public sealed class Other : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
        public string Status { get; set; } = "";
    }

    public sealed class OtherMachine : MassTransitStateMachine<Other>
    {
        public OtherMachine() => InstanceState(other => other.Status);
    }
}
