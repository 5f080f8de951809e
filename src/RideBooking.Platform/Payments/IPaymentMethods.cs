namespace RideBooking.Platform.Payments;

/// <summary>Whose payment methods are whose, asked before one is accepted. Payments answers.</summary>
public interface IPaymentMethods
{
    /// <summary>Whether the rider has this payment method. One of another rider, one that was removed and one that never was are the same.</summary>
    Task<bool> Has(string riderId, Guid paymentMethodId, CancellationToken cancellationToken);
}
