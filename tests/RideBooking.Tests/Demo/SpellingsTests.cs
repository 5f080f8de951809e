using RideBooking.Contracts;
using RideBooking.Demo;
using RideBooking.Operations;

namespace RideBooking.Tests.Demo;

/// <summary>The demo is a client and repeats the words that it reads. They must be those that the host writes.</summary>
public sealed class SpellingsTests
{
    [Fact]
    public void The_demo_knows_every_status_of_a_ride() =>
        new[]
        {
            Spellings.Requested,
            Spellings.DriverAssigned,
            Spellings.DriverArrived,
            Spellings.InProgress,
            Spellings.Completed,
            Spellings.Cancelled,
            Spellings.NoDriverFound,
        }.ShouldBe(RideStatuses.Spellings);

    [Fact]
    public void The_demo_spells_the_other_words_as_the_host_does() =>
        (Spellings.ByDriver, Spellings.RedriveRunning, Spellings.RedriveCompleted).ShouldBe(
            (Initiator.Driver, WorkStatus.Running, WorkStatus.Completed)
        );
}
