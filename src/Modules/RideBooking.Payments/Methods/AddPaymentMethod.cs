using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog.PersonalData;
using RideBooking.Payments.Gateway;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Methods;

/// <summary>
/// Adds a card, by the token that the gateway gave the rider's app for it. The first card becomes the default.
/// </summary>
internal static class AddPaymentMethod
{
    const int MaxMethods = 50;
    static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(5);

    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapPost("/riders/me/payment-methods", Handle)
            .WithSummary("Add a payment method")
            .WithDescription(
                "The token is the one that the gateway gave the app for the card: with Stripe the id of a payment method (pm_...), "
                    + "with the sandbox one of its test tokens; tok_visa always pays. 503 unavailable if the gateway does not answer."
            )
            .Refuses(StatusCodes.Status409Conflict, PaymentProblems.TooManyMethods, PaymentProblems.RiderForgotten);

    static async Task<Results<Created<MethodView>, ProblemHttpResult>> Handle(
        Request request,
        Rider rider,
        IPaymentGateway gateway,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (await db.IsForgotten(rider.Id, cancellationToken))
            return PaymentProblems.Forgotten();
        var others = await db.Set<PaymentMethod>().CountAsync(method => method.RiderId == rider.Id, cancellationToken);
        if (others >= MaxMethods)
            return Problem.Conflict(
                PaymentProblems.TooManyMethods,
                $"You have {others} payment methods, the maximum. Remove one first."
            );

        SavedCard? card;
        try
        {
            card = await gateway.Save(request.Token, rider.Id, cancellationToken);
        }
        catch (GatewayUnavailableException)
        {
            return Problem.Unavailable("The payment gateway does not answer; retry shortly.", s_retryAfter);
        }
        if (card is null)
            return Problem.Validation("token", "must be a token of the payment gateway");

        var now = clock.GetUtcNow();
        var method = new PaymentMethod
        {
            Id = Guid.CreateVersion7(now),
            RiderId = rider.Id,
            Token = card.Token,
            Brand = card.Details.Brand,
            Last4 = card.Details.Last4,
            Label = request.Label,
            DefaultSince = others == 0 || request.MakeDefault == true ? now : null,
            AddedAt = now,
        };
        db.Add(method);
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Created(
            "/api/v1/riders/me/payment-methods",
            MethodView.Of(method, isDefault: method.DefaultSince is not null)
        );
    }

    /// <param name="Token">The gateway's token for the card.</param>
    /// <param name="Label">The rider's name for it.</param>
    /// <param name="MakeDefault">Whether it becomes the default for rides that name no payment method.</param>
    internal sealed record Request(string Token, string? Label, bool? MakeDefault)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Token).Text(1, 100);
                RuleFor(request => request.Label).Text(1, 64);
            }
        }
    }
}
