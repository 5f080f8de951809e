using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Operations.Endpoints;

/// <param name="PauseAfter">
/// <c>Operations:PauseAfter</c>: how many messages must fail for the same reason within a minute, at one endpoint of one host, until
/// the host pauses the endpoint; 0 for never.
/// </param>
internal sealed record PauseOptions(int PauseAfter)
{
    public static PauseOptions Read(IConfiguration configuration) =>
        new((int)configuration.Number("Operations:PauseAfter", defaultValue: 0, min: 0, max: 1_000_000));
}
