using System.Reflection;
using RideBooking.Contracts;

namespace RideBooking.Tests.Contracts;

public sealed class RideStatusesTests
{
    [Fact]
    public void Every_status_has_a_constant_with_its_spelling() =>
        typeof(RideStatuses)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral)
            .Select(field => (field.Name, (string?)field.GetRawConstantValue()))
            .ShouldBe(Enum.GetValues<RideStatus>().Select(status => (status.ToString(), (string?)status.InApi())));
}
