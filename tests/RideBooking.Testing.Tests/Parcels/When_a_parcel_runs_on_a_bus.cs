using static RideBooking.Testing.Expect;
using static RideBooking.Testing.Step;

namespace RideBooking.Testing.Tests.Parcels;

/// <summary>The scenarios of a saga in the lab and on a running bus with a database, an outbox and a scheduler.</summary>
public sealed class When_a_parcel_runs_on_a_bus(ParcelOffice<ParcelContext> office)
    : IClassFixture<ParcelOffice<ParcelContext>>
{
    static readonly SagaLab s_lab = new(lab => lab.Saga<ParcelMachine, Parcel>().Outbox(OutboxKind.Transactional));

    readonly Guid _id = Guid.CreateVersion7();
    readonly string _tracking = $"RB-{Guid.CreateVersion7():N}";

    PostParcel Posted => new(_id, _tracking, "Paris");

    Step Labelled => Respond<PrintLabel>(new LabelPrinted(_id, "label"));

    ScanParcel Scanned(string place) => new(_tracking, place);

    [Fact]
    public Task Gets_its_label_from_the_printer() =>
        s_lab
            .When(Posted)
            .ThenAmongOthers(Sent<PrintLabel>().To("label-printer"), Scheduled<DeliveryOverdue>())
            .When(Labelled)
            .Then(
                Cancelled<MassTransit.Contracts.RequestTimeoutExpired<PrintLabel>>(),
                Saga<Parcel>(_id).Is("OnItsWay")
            )
            .SameOn(office.Bus);

    [Fact]
    public Task Strands_when_the_printer_does_not_answer() =>
        s_lab
            .Given(Posted)
            .When(Passes(TimeSpan.FromMinutes(1)))
            .Then(Saga<Parcel>(_id).Is("Stranded"))
            .SameOn(office.Bus);

    [Fact]
    public Task Strands_when_the_printer_fails() =>
        s_lab
            .Given(Posted)
            .When(Fail<PrintLabel>(new InvalidOperationException("Out of paper.")))
            .ThenAmongOthers(Saga<Parcel>(_id).Is("Stranded"))
            .SameOn(office.Bus);

    [Fact]
    public Task Is_late_after_two_days_to_the_second() =>
        s_lab
            .Given(Posted, Labelled)
            .When(Passes(TimeSpan.FromDays(2) - TimeSpan.FromSeconds(1)))
            .Then(Saga<Parcel>(_id).Is("OnItsWay"))
            .When(Passes(TimeSpan.FromSeconds(1)))
            .Then(new ParcelIsLate(_id, s_lab.Start().Now.AddDays(2)), Saga<Parcel>(_id).Is("Late"))
            .SameOn(office.Bus);

    [Fact]
    public Task That_is_handed_over_is_deleted_and_never_late() =>
        s_lab
            .Given(Posted, Labelled, Scanned("Lyon"))
            .When(new HandOver(_id, "Ada"))
            .ThenAmongOthers(Sent<TellDepot>().To("depot"), Saga<Parcel>(_id).IsGone())
            .When(Passes(TimeSpan.FromDays(30)))
            .ThenNothing()
            .SameOn(office.Bus);

    [Fact]
    public Task Is_scanned_once_when_the_scan_comes_twice() =>
        s_lab
            .Given(Posted, Labelled)
            .When(Twice(Scanned("Lyon")))
            .Then(new ParcelScanned(_id, "Lyon", 1))
            .SameOn(office.Bus);

    [Fact]
    public Task Is_posted_once_and_not_scanned_before_it_has_a_label() =>
        s_lab.Given(Posted).When(Posted, Scanned("Lyon")).Then(NotAccepted<ScanParcel>()).SameOn(office.Bus);

    [Fact]
    public Task That_falls_into_the_ocean_stays_as_it_was() =>
        s_lab
            .Given(Posted, Labelled, Scanned("Lyon"))
            .When(Scanned("ocean"))
            .Then(Faulted<InvalidOperationException>())
            .SameOn(office.Bus);

    [Fact]
    public Task That_is_unknown_cannot_be_scanned() =>
        s_lab.When(Scanned("Lyon")).Then(Faulted<MassTransit.SagaException>()).SameOn(office.Bus);

    [Fact]
    public Task Reports_its_state() =>
        s_lab
            .Given(Posted, Labelled, Scanned("Lyon"))
            .When(Request(new AskWhere(_id)), Request(new AskWhere(Guid.CreateVersion7())))
            .Then(
                Responded<ParcelIs>().With(new { Status = "OnItsWay", Place = "Lyon" }),
                Responded<ParcelIs>().With(new { Status = "unknown" }),
                Unclaimed<AskWhere>()
            )
            .SameOn(office.Bus);
}
