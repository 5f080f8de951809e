using System.Reflection;
using RideBooking.Contracts;

namespace RideBooking.Tests.Rides;

public sealed class RideStatusesTests
{
    [Fact]
    public void The_constants_are_the_spellings_of_the_statuses() =>
        typeof(RideStatuses)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral)
            .Select(field => (field.Name, Spelling: (string)field.GetRawConstantValue()!))
            .ShouldBe(Enum.GetValues<RideStatus>().Select(status => (status.ToString(), status.InApi())));
}
