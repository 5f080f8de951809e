namespace RideBooking.Tests.Host;

/// <summary>The whole application in this process with its defaults, but with short timers.</summary>
public sealed class EmbeddedHost()
    : HostInProcess(
        ("Matching:OfferTimeout", "00:00:02"),
        ("Matching:SearchDeadline", "00:00:08"),
        ("Operations:AuditSettleTime", "00:00:03")
    );
