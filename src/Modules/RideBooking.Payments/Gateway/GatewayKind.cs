namespace RideBooking.Payments.Gateway;

/// <summary>The gateways that can be configured (<c>Payments:Gateway</c>).</summary>
internal enum GatewayKind
{
    /// <summary>Moves no money; see <see cref="SandboxGateway"/>.</summary>
    Sandbox,

    /// <summary>Stripe; see <see cref="StripeGateway"/>.</summary>
    Stripe,
}
