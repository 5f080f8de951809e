using RideBooking.Testing.Tests.Parcels;
using static RideBooking.Testing.Step;

namespace RideBooking.Testing.Tests.Coverage;

/// <summary>The states and events that all tests of a lab have covered.</summary>
public sealed class MachineCoverageTests : IAsyncDisposable
{
    readonly SagaLab _lab = SagaLab.Of<ParcelMachine, Parcel>();
    readonly Guid _id = Guid.CreateVersion7();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    CoverageCell Cell(string state, string @event) =>
        _lab.CoverageOf<Parcel>().Cells.Single(cell => cell.State == state && cell.Event == @event);

    async Task OneParcel() =>
        await _lab.When(
                new PostParcel(_id, "RB1", "Paris"),
                new PostParcel(_id, "RB1", "Paris"),
                new ScanParcel("RB1", "too early"),
                Respond<PrintLabel>(new LabelPrinted(_id, "label")),
                new ScanParcel("RB1", "Lyon")
            )
            .ThenAmongOthers();

    [Fact]
    public async Task Distinguishes_handled_ignored_and_failed_from_never_tried()
    {
        await OneParcel();
        Cell("Initial", "Posted").ShouldBe(new CoverageCell("Initial", "Posted", Handled: 1, Ignored: 0, Faulted: 0));
        Cell("Label.Pending", "Posted").ShouldBe(new CoverageCell("Label.Pending", "Posted", 0, Ignored: 1, 0));
        Cell("Label.Pending", "Scanned").ShouldBe(new CoverageCell("Label.Pending", "Scanned", 0, 0, Faulted: 1));
        Cell("OnItsWay", "Scanned").Handled.ShouldBe(1);
        Cell("Late", "HandedOver").IsTried.ShouldBeFalse();
    }

    [Fact]
    public async Task Counts_events_whose_handling_fails_as_failed()
    {
        await OneParcel();
        await _lab.Given(new PostParcel(_id, "RB1", "Paris"), Respond<PrintLabel>(new LabelPrinted(_id, "label")))
            .When(new ScanParcel("RB1", "ocean"))
            .ThenAmongOthers();
        Cell("OnItsWay", "Scanned").ShouldBe(new CoverageCell("OnItsWay", "Scanned", Handled: 1, 0, Faulted: 1));
    }

    [Fact]
    public async Task Fails_below_its_threshold_and_names_what_is_missing()
    {
        await OneParcel();
        var coverage = _lab.CoverageOf<Parcel>();
        coverage.Percent.ShouldBeInRange(5, 40);
        coverage.MustReach(5);
        var missing = Should.Throw<SagaLabException>(() => coverage.MustReach(90));
        missing.Message.ShouldContain("90 % must be. Never tried:");
        missing.Message.ShouldContain("HandedOver in state Late");
    }

    [Fact]
    public async Task Is_a_table_a_page_and_a_picture()
    {
        await OneParcel();
        var coverage = _lab.CoverageOf<Parcel>();
        coverage.ToText().ShouldContain("never tried");
        var row = coverage.ToText().Split('\n').Single(line => line.StartsWith("Scanned", StringComparison.Ordinal));
        row.ShouldContain("handled 1");
        row.ShouldContain("failed 1");

        var page = coverage.ToHtml();
        page.ShouldContain("<td class=\"handled\">handled 1</td>");
        page.ShouldContain("<td class=\"never\">never tried</td>");

        var picture = coverage.ToMermaid();
        picture.ShouldStartWith("stateDiagram-v2\n");
        picture.ShouldContain("[*] --> Label_Pending: Posted\n");
        picture.ShouldContain("OnItsWay --> Late: Overdue.Received (never)\n");
        picture.ShouldContain("class Late none");
        picture.ShouldContain("class OnItsWay some");
    }

    [Fact]
    public async Task Is_counted_in_explorations_too()
    {
        await _lab.Explore(
            it => it.Events(new PostParcel(_id, "RB1", "Paris"), new HandOver(_id, "Ada")),
            TestContext.Current.CancellationToken
        );
        Cell("Label.Pending", "HandedOver").Faulted.ShouldBeGreaterThan(0);
        Cell("Label.Pending", "Label.TimeoutExpired").Handled.ShouldBeGreaterThan(0);
    }
}
