using System.Text.RegularExpressions;
using FluentValidation;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog.PersonalData;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications.Contacts;

/// <summary>Saves a rider's address and language.</summary>
internal static partial class SaveContact
{
    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapPut("/riders/me/profile", Handle)
            .WithSummary("Set your e-mail address and language")
            .WithDescription(
                "With an address, you also get e-mails about what matters after a ride, such as receipts. Without one, you get none. "
                    + $"language is one of {string.Join(", ", Language.All)}, and is that of e-mails."
            )
            .Refuses(StatusCodes.Status409Conflict, NotificationProblems.RiderForgotten);

    static async Task<Results<Ok<ContactView>, ProblemHttpResult>> Handle(
        Request request,
        Rider rider,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        if (await db.IsForgotten(rider.Id, cancellationToken))
            return NotificationProblems.Forgotten();
        var contact = await Find(db, rider, cancellationToken);
        if (contact is null)
            db.Add(contact = new Contact { RiderId = rider.Id });
        Fill(contact, request);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception)
            when (DatabaseConflicts.IsDuplicateKey(exception) && db.Entry(contact).State == EntityState.Added)
        {
            // Two requests saved the rider's first profile at once: the later one updates it.
            db.Entry(contact).State = EntityState.Detached;
            if (await Find(db, rider, cancellationToken) is not { } first)
                throw;
            Fill(contact = first, request);
            await db.SaveChangesAsync(cancellationToken);
        }
        return TypedResults.Ok(ContactView.Of(contact));
    }

    static Task<Contact?> Find(AppDbContext db, Rider rider, CancellationToken cancellationToken) =>
        db.Set<Contact>().SingleOrDefaultAsync(contact => contact.RiderId == rider.Id, cancellationToken);

    static void Fill(Contact contact, Request request) =>
        (contact.Email, contact.Language) = (request.Email, request.Language);

    /// <param name="Email">The address; null for no e-mails.</param>
    /// <param name="Language">The language of e-mails; null for the default.</param>
    internal sealed partial record Request(string? Email, string? Language)
    {
        // One address without a name, so that it can name no other recipient and no other header.
        [GeneratedRegex("""^[^\s@<>()\[\]\\,;:"\p{C}]{1,64}@[\p{L}\p{N}]([\p{L}\p{N}.-]*[\p{L}\p{N}])?\z""")]
        private static partial Regex Address();

        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Email)
                    .Text(3, Contact.MaxEmailLength)
                    .Must(email => email is null || Address().IsMatch(email))
                    .WithMessage("must be an e-mail address such as ada@example.org");
                RuleFor(request => request.Language).OneOf([.. Notifications.Language.All]);
            }
        }
    }
}
