namespace RideBooking.Contracts.Seams;

/// <summary>Looks up the payment methods of riders. Payments implements it.</summary>
public interface IPaymentMethods
{
    /// <summary>
    /// Returns whether the rider has this payment method. False for another rider's, a removed and an unknown one.
    /// </summary>
    Task<bool> Has(string riderId, Guid paymentMethodId, CancellationToken cancellationToken);

    /// <summary>Returns whether the rider has any payment method.</summary>
    Task<bool> HasAny(string riderId, CancellationToken cancellationToken);
}
