using System.Net;

namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>All drivers accept each offer at the same instant, each of them twice.</summary>
sealed class ConcurrentAccepts : Fault<ServersScene>
{
    public override string Name => "several drivers accepting one offer";

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        for (var poll = 0; poll < 10; poll++)
        {
            var open = await scene.Database.Query(
                "SELECT offer_id FROM {matching.offers} WHERE status = 'Open'",
                row => Database.Text(row, 0)
            );
            foreach (var offer in open)
            {
                var answers = await Task.WhenAll(
                    rush.Drivers.Concat(rush.Drivers).Select(driver => driver.Post($"offers/{offer}/accept"))
                );
                answers
                    .Where(answer => answer.Status != HttpStatusCode.NotFound)
                    .Count()
                    .ShouldBeLessThanOrEqualTo(2, "the offer does not exist for other drivers");
            }
            await SomeTime(random, 300);
        }
    }
}
