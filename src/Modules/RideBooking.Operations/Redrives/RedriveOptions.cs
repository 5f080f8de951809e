using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Messaging;

namespace RideBooking.Operations.Redrives;

/// <summary>The limits of redrives.</summary>
/// <param name="QuarantineAfter">
/// <c>Operations:QuarantineAfter</c>: how often a message may fail again after a redrive until it needs <c>force</c>.
/// </param>
/// <param name="OutcomeTimeout">
/// After this time without a sign of a redriven message its outcome is unknown, and the next message of its ride follows. Longer
/// than all its redeliveries take.
/// </param>
internal sealed record RedriveOptions(int QuarantineAfter, TimeSpan OutcomeTimeout)
{
    static readonly TimeSpan s_margin = TimeSpan.FromMinutes(5);

    public static RedriveOptions Read(IConfiguration configuration, TransportOptions transport) =>
        new(
            (int)configuration.Number("Operations:QuarantineAfter", defaultValue: 3, min: 1, max: 1000),
            transport.Redelivery.Aggregate(s_margin, (sum, pause) => sum + pause)
        );
}
