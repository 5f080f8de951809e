using RideBooking.Contracts;
using RideBooking.EventLog;

namespace RideBooking.Tests.EventLog;

public sealed class When_an_event_has_several_versions
{
    [Event("rides")]
    public sealed record SampleReported(Guid RideId, DateTimeOffset At);

    [Event("rides", Version = 2)]
    public sealed record SampleReportedV2(Guid RideId, DateTimeOffset At, string? Comment = null);

    [Fact]
    public void They_have_one_name_and_a_record_each()
    {
        var catalogue = new EventCatalogue(GetType().Assembly);

        catalogue.Find("SampleReported", 1)!.Type.ShouldBe(typeof(SampleReported));
        catalogue.Find("SampleReported", 2)!.Type.ShouldBe(typeof(SampleReportedV2));
        catalogue.All.ShouldNotContain(type => type.Name == "SampleReportedV2");
    }
}
