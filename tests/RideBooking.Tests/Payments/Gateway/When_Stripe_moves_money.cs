using RideBooking.TestKit.Payments;

namespace RideBooking.Tests.Payments.Gateway;

/// <summary>The Stripe gateway does what every gateway does, at a double of Stripe.</summary>
public sealed class When_Stripe_moves_money : PaymentGatewayContract
{
    StripeDouble _stripe = null!;

    protected override string Pays => "pm_card_visa";

    protected override string PaysToo => "pm_card_mastercard";

    protected override string Declined(string code) =>
        code switch
        {
            "insufficient_funds" => "pm_card_visa_chargeDeclinedInsufficientFunds",
            "expired_card" => "pm_card_chargeDeclinedExpiredCard",
            "stolen_card" => "pm_card_visa_chargeDeclinedStolenCard",
            "invalid_token" => "pm_neverHeardOf",
            _ => "pm_card_visa_chargeDeclined",
        };

    protected override string AnswerIsLost() => Next(StripeFault.ResetAfter);

    protected override string RequestIsLost() => Next(StripeFault.ResetBefore);

    protected override Task<IReadOnlyList<decimal>> Taken(string ride) =>
        Task.FromResult<IReadOnlyList<decimal>>([
            .. _stripe.Captures.Where(capture => capture.Ride == ride).Select(capture => capture.Amount / 100m),
        ]);

    private protected override async Task<MoneyLab> Open()
    {
        _stripe = await StripeDouble.Start();
        return await MoneyLab.OpenAt(_stripe);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _stripe.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    // The call that moves money fails; the others pass.
    string Next(StripeFault fault)
    {
        _stripe.Faults = call =>
        {
            if (call.Operation is not ("confirm" or "capture"))
                return StripeFault.None;
            _stripe.Faults = _ => StripeFault.None;
            return fault;
        };
        return Pays;
    }
}
