using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Methods;

/// <summary>Tells other modules whether a rider has a payment method.</summary>
internal sealed class RiderPaymentMethods(AppDbContext db) : IPaymentMethods
{
    public Task<bool> Has(string riderId, Guid paymentMethodId, CancellationToken cancellationToken) =>
        db.Set<PaymentMethod>()
            .AnyAsync(method => method.Id == paymentMethodId && method.RiderId == riderId, cancellationToken);

    public Task<bool> HasAny(string riderId, CancellationToken cancellationToken) =>
        db.Set<PaymentMethod>().AnyAsync(method => method.RiderId == riderId, cancellationToken);
}
