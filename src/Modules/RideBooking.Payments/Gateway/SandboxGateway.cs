using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Persistence;
using DatabaseConflicts = MassTransit.DatabaseConflicts;

namespace RideBooking.Payments.Gateway;

/// <summary>A gateway that moves no money; the token decides what happens (docs/payments.md).</summary>
/// <remarks>
/// It behaves like a remote gateway: its books are written in transactions of their own, so they persist even if the caller's
/// transaction fails. <c>tok_visa</c> and <c>tok_mastercard</c> pay; <c>tok_declined</c> and <c>tok_insufficient_funds</c> never
/// do; <c>tok_declined_once</c> is declined the first time for each ride; <c>tok_timeout</c> captures the amount and does not
/// answer; <c>tok_timeout_lost</c> does not answer and captures nothing, but does so on a repeat.
/// </remarks>
internal sealed class SandboxGateway(IServiceScopeFactory scopes, TimeProvider clock) : IPaymentGateway
{
    static readonly Dictionary<string, CardDetails> s_cards = new(StringComparer.Ordinal)
    {
        ["tok_visa"] = new("visa", "4242"),
        ["tok_mastercard"] = new("mastercard", "4444"),
        ["tok_declined"] = new("visa", "0002"),
        ["tok_insufficient_funds"] = new("visa", "9995"),
        ["tok_declined_once"] = new("visa", "0341"),
        ["tok_timeout"] = new("visa", "0408"),
        ["tok_timeout_lost"] = new("visa", "0404"),
    };

    /// <summary>Throws if the default token is not one of the sandbox's: no rider could pay with it.</summary>
    public static void Check(string? defaultToken)
    {
        if (defaultToken is not null && !s_cards.ContainsKey(defaultToken))
            throw new ConfigurationException(
                $"Payments:DefaultToken is '{defaultToken}' but must be one of {string.Join(", ", s_cards.Keys)}."
            );
    }

    public CardDetails? Describe(string token) => s_cards.GetValueOrDefault(token);

    public async Task<ChargeResponse> Charge(ChargeRequest request, CancellationToken cancellationToken)
    {
        if (await Read(request.Key, cancellationToken) is { } known)
            return await Repeat(known, request, cancellationToken);

        var charge = await Decide(request, cancellationToken);
        if (!await TryWrite(db => db.Add(charge), cancellationToken))
        {
            // A concurrent request used the same key; its outcome applies to this request, too.
            var winner =
                await Read(request.Key, cancellationToken)
                ?? throw new InvalidOperationException($"The charge {request.Key} could not be recorded.");
            return await Repeat(winner, request, cancellationToken);
        }
        return request.Token is "tok_timeout" or "tok_timeout_lost"
            ? ChargeResponse.Unknown(ChargeResponse.GatewayTimeout)
            : Response(charge);
    }

    public async Task<ChargeResponse?> Find(string key, CancellationToken cancellationToken) =>
        await Read(key, cancellationToken) is { Outcome: not SandboxCharge.Lost } known ? Response(known) : null;

    public async Task<ChargeResponse> Close(ChargeRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var known = await Read(request.Key, cancellationToken);
            if (known is not null && known.Outcome != SandboxCharge.Lost)
                return Response(known);
            // If one request captures and another closes the key at once, one succeeds, and the other reads what the first
            // wrote.
            await TryWrite(
                db =>
                {
                    if (known is null)
                        db.Add(Entry(request, SandboxCharge.Closed, ChargeResponse.Closed));
                    else
                    {
                        db.Attach(known);
                        known.Outcome = SandboxCharge.Closed;
                        known.At = clock.GetUtcNow();
                    }
                },
                cancellationToken
            );
        }
    }

    /// <summary>Answers a repeat of the same key: the first answer applies, and a lost request is now carried out.</summary>
    async Task<ChargeResponse> Repeat(SandboxCharge known, ChargeRequest request, CancellationToken cancellationToken)
    {
        if (known.Amount != request.Amount)
            throw new InvalidOperationException($"The key {request.Key} was used for another amount.");
        if (known.Token != request.Token)
            throw new InvalidOperationException($"The key {request.Key} was used for another card.");
        if (known.Outcome != SandboxCharge.Lost)
            return Response(known);

        // Of two concurrent repeats, one writes and the other reads what the first wrote.
        var written = await TryWrite(
            db =>
            {
                db.Attach(known);
                known.Outcome = SandboxCharge.Captured;
                known.At = clock.GetUtcNow();
            },
            cancellationToken
        );
        return written
            ? ChargeResponse.Captured
            : await Repeat((await Read(request.Key, cancellationToken))!, request, cancellationToken);
    }

    async Task<SandboxCharge> Decide(ChargeRequest request, CancellationToken cancellationToken)
    {
        var declineCode = request.Token switch
        {
            "tok_declined" => ChargeResponse.CardDeclined,
            "tok_insufficient_funds" => "insufficient_funds",
            "tok_declined_once" => await WasDeclined(request.Reference, cancellationToken)
                ? null
                : ChargeResponse.CardDeclined,
            _ => Describe(request.Token) is null ? "invalid_token" : null,
        };
        return Entry(
            request,
            declineCode is not null ? SandboxCharge.Declined
                : request.Token == "tok_timeout_lost" ? SandboxCharge.Lost
                : SandboxCharge.Captured,
            declineCode
        );
    }

    SandboxCharge Entry(ChargeRequest request, string outcome, string? declineCode) =>
        new()
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            Key = request.Key,
            Reference = request.Reference,
            Token = request.Token,
            Amount = request.Amount,
            Outcome = outcome,
            DeclineCode = declineCode,
            At = clock.GetUtcNow(),
        };

    static ChargeResponse Response(SandboxCharge charge) =>
        charge.Outcome switch
        {
            SandboxCharge.Captured => ChargeResponse.Captured,
            SandboxCharge.Closed => ChargeResponse.Declined(ChargeResponse.Closed),
            _ => ChargeResponse.Declined(charge.DeclineCode ?? ChargeResponse.CardDeclined),
        };

    async Task<bool> WasDeclined(string reference, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        return await db.Set<SandboxCharge>()
            .AnyAsync(
                charge => charge.Reference == reference && charge.Outcome == SandboxCharge.Declined,
                cancellationToken
            );
    }

    async Task<SandboxCharge?> Read(string key, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        return await db.Set<SandboxCharge>()
            .AsNoTracking()
            .SingleOrDefaultAsync(charge => charge.Key == key, cancellationToken);
    }

    /// <summary>Returns false if another request wrote first, as the unique key or the concurrency token shows.</summary>
    async Task<bool> TryWrite(Action<AppDbContext> change, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        change(db);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsConflict(exception))
        {
            return false;
        }
    }
}
