using RideBooking.Payments.Gateway;

namespace RideBooking.Tests.Payments.Gateway;

/// <summary>The sandbox does what every gateway does.</summary>
public sealed class When_the_sandbox_moves_money : PaymentGatewayContract
{
    protected override string Pays => "tok_visa";

    protected override string PaysToo => "tok_mastercard";

    protected override string Declined(string code) =>
        code switch
        {
            "insufficient_funds" => "tok_insufficient_funds",
            "expired_card" => "tok_expired",
            "stolen_card" => "tok_stolen",
            "invalid_token" => "tok_never_heard_of",
            _ => "tok_declined",
        };

    protected override string AnswerIsLost() => "tok_timeout";

    protected override string RequestIsLost() => "tok_timeout_lost";

    protected override async Task<IReadOnlyList<decimal>> Taken(string ride) =>
        [
            .. (await Lab.Ledger(Guid.Parse(ride)))
                .Where(entry => entry.Outcome == SandboxCharge.Captured)
                .Select(entry => entry.Amount.Amount),
        ];

    private protected override Task<MoneyLab> Open() => MoneyLab.Open();
}
