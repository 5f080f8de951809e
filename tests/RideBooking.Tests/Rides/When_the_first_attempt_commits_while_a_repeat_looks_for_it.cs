using System.Net;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>
/// The answer to a request was lost, and its transaction commits only after the repeat has looked for what it made: as with a
/// database that did not answer for a while.
/// </summary>
public sealed class When_the_first_attempt_commits_while_a_repeat_looks_for_it(ForgetfulHost host)
    : IClassFixture<ForgetfulHost>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_repeat_gets_the_ride_of_the_first_attempt_and_is_not_refused_because_of_it()
    {
        var rider = await host.City.Rider();
        var first = (await rider.TryRequest(City.Alexanderplatz, City.Zoo, idempotencyKey: "lost")).ShouldBe(
            HttpStatusCode.Created
        );
        await host.LoseAnswers(Stop);
        host.Hidden.HideOnce("rides_rides");

        var repeat = (await rider.TryRequest(City.Alexanderplatz, City.Zoo, idempotencyKey: "lost")).ShouldBe(
            HttpStatusCode.Created
        );

        host.Hidden.WereHidden.ShouldBeTrue();
        repeat.Text("id").ShouldBe(first.Text("id"));
    }
}
