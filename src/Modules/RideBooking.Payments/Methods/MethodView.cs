namespace RideBooking.Payments.Methods;

/// <summary>A payment method as the rider sees it, without the token.</summary>
/// <param name="Id">The id to use in POST /rides.</param>
/// <param name="Brand">The brand, such as <c>visa</c>.</param>
/// <param name="Last4">The last digits of the card.</param>
/// <param name="Label">The rider's name for it.</param>
/// <param name="IsDefault">Whether it pays for rides that name no payment method.</param>
internal sealed record MethodView(Guid Id, string Brand, string Last4, string? Label, bool IsDefault)
{
    public static MethodView Of(PaymentMethod method, bool isDefault) =>
        new(method.Id, method.Brand, method.Last4, method.Label, isDefault);
}
