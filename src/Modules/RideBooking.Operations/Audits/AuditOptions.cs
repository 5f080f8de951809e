using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Operations.Audits;

/// <summary>How audits judge a ride that is still changing.</summary>
/// <param name="SettleTime">
/// <c>Operations:AuditSettleTime</c>: how long a ride must deviate from the same events until an audit reports it. Longer than a
/// message takes to reach a ride.
/// </param>
internal sealed record AuditOptions(TimeSpan SettleTime)
{
    public static AuditOptions Read(IConfiguration configuration) =>
        new(configuration.Span("Operations:AuditSettleTime", defaultValue: TimeSpan.FromMinutes(1)));
}
