using Microsoft.Extensions.DependencyInjection;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Persistence;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.EventLog.Subscriptions;

public sealed class ProjectedRowsTests(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    // The host of the tests refuses a query that takes some rows without an order.
    [Fact]
    public async Task Of_every_projection_are_deleted_in_order()
    {
        var projections = host.Services.GetServices<IProjection>().ToList();
        projections.Count.ShouldBeGreaterThan(3);
        foreach (var projection in projections)
        {
            await using var scope = host.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            (await projection.Delete(db, generation: 999, limit: 10, TestContext.Current.CancellationToken)).ShouldBe(
                0,
                projection.Name
            );
        }
    }
}
