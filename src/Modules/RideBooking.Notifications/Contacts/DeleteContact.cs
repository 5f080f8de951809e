using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications.Contacts;

/// <summary>Deletes the address of a forgotten rider. E-mails that still wait are not sent, because they have no address.</summary>
[RepeatIsSafe("A forgotten rider cannot save another address.")]
internal sealed class DeleteContact(AppDbContext db) : IConsumer<RiderForgotten>
{
    public Task Consume(ConsumeContext<RiderForgotten> context)
    {
        var riderId = context.Message.RiderId;
        return db.Set<Contact>()
            .Where(contact => contact.RiderId == riderId)
            .ExecuteDeleteAsync(context.CancellationToken);
    }
}
