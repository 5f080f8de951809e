using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Persistence;
using DatabaseConflicts = MassTransit.DatabaseConflicts;

namespace RideBooking.Payments.Gateway;

/// <summary>A gateway that moves no money; the token decides what happens (docs/payments.md).</summary>
/// <remarks>
/// It behaves like a remote gateway: its books are written in transactions of their own, so they persist even if the caller's
/// transaction fails. Of two concurrent requests, one writes and the other reads what the first wrote.
/// <c>tok_visa</c> and <c>tok_mastercard</c> pay; <c>tok_declined</c>, <c>tok_insufficient_funds</c>, <c>tok_expired</c> and
/// <c>tok_stolen</c> never do; <c>tok_declined_once</c> has no authorization, and its first charge for each ride is declined;
/// <c>tok_timeout</c> does what it is asked and does not answer; <c>tok_timeout_lost</c> does not answer and does nothing, but
/// does so on a repeat; <c>tok_unavailable</c> never reaches the gateway.
/// </remarks>
internal sealed class SandboxGateway(IServiceScopeFactory scopes, SandboxConditions conditions, TimeProvider clock)
    : IPaymentGateway
{
    /// <summary>How long an authorization can be captured.</summary>
    public static readonly TimeSpan AuthorizationLifetime = TimeSpan.FromDays(7);

    static readonly Dictionary<string, CardDetails> s_cards = new(StringComparer.Ordinal)
    {
        ["tok_visa"] = new("visa", "4242"),
        ["tok_mastercard"] = new("mastercard", "4444"),
        ["tok_declined"] = new("visa", "0002"),
        ["tok_insufficient_funds"] = new("visa", "9995"),
        ["tok_expired"] = new("visa", "0069"),
        ["tok_stolen"] = new("visa", "9979"),
        ["tok_declined_once"] = new("visa", "0341"),
        ["tok_timeout"] = new("visa", "0408"),
        ["tok_timeout_lost"] = new("visa", "0404"),
        ["tok_unavailable"] = new("visa", "0503"),
    };

    /// <summary>Throws if the default token is not one of the sandbox's: no rider could pay with it.</summary>
    public static void Check(string? defaultToken)
    {
        if (defaultToken is not null && !s_cards.ContainsKey(defaultToken))
            throw new ConfigurationException(
                $"Payments:DefaultToken is '{defaultToken}' but must be one of {string.Join(", ", s_cards.Keys)}."
            );
    }

    public Task<SavedCard?> Save(string token, string riderId, CancellationToken cancellationToken) =>
        Task.FromResult(s_cards.TryGetValue(token, out var details) ? new SavedCard(token, details) : null);

    public Task Remove(string token, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<ChargeResponse> Authorize(ChargeRequest request, CancellationToken cancellationToken) =>
        Perform(request, SandboxCharge.AuthorizationKind, SandboxCharge.Authorized, cancellationToken);

    public Task<ChargeResponse> Charge(ChargeRequest request, CancellationToken cancellationToken) =>
        Perform(request, SandboxCharge.ChargeKind, SandboxCharge.Captured, cancellationToken);

    public async Task<ChargeResponse> Capture(
        ChargeRequest request,
        string authorizationKey,
        CancellationToken cancellationToken
    )
    {
        if (!await Reach(request.Token, cancellationToken))
            return ChargeResponse.Unknown(ChargeResponse.GatewayUnavailable);
        while (true)
        {
            var known = await Read(request.Key, cancellationToken);
            if (known is not null)
                CheckSame(known, request);
            if (known is { Outcome: not SandboxCharge.Lost })
                return Response(known);

            var authorization = await Read(authorizationKey, cancellationToken);
            var isUsable =
                authorization is { Outcome: SandboxCharge.Authorized }
                && authorization.At + AuthorizationLifetime > clock.GetUtcNow()
                && authorization.Amount.Currency == request.Amount.Currency
                && authorization.Amount.Amount >= request.Amount.Amount;
            var isLost = isUsable && known is null && request.Token == "tok_timeout_lost";
            var entry = Entry(
                request,
                SandboxCharge.ChargeKind,
                !isUsable ? SandboxCharge.Declined
                    : isLost ? SandboxCharge.Lost
                    : SandboxCharge.Captured,
                isUsable ? null : ChargeResponse.AuthorizationGone
            );
            var written = await TryWrite(
                db =>
                {
                    if (known is null)
                        db.Add(entry);
                    else
                    {
                        db.Attach(known);
                        known.Outcome = entry.Outcome;
                        known.At = entry.At;
                    }
                    if (entry.Outcome != SandboxCharge.Captured)
                        return;
                    db.Attach(authorization!);
                    authorization!.Outcome = SandboxCharge.Used;
                },
                cancellationToken
            );
            if (written)
                return isLost || (isUsable && known is null && request.Token == "tok_timeout")
                    ? ChargeResponse.Unknown(ChargeResponse.GatewayTimeout)
                    : Response(entry);
        }
    }

    public async Task<ChargeResponse?> Find(string key, CancellationToken cancellationToken) =>
        !await Reach(null, cancellationToken) ? ChargeResponse.Unknown(ChargeResponse.GatewayUnavailable)
        : await Read(key, cancellationToken) is { Outcome: not SandboxCharge.Lost } known ? Response(known)
        : null;

    public Task<ChargeResponse> Close(ChargeRequest request, CancellationToken cancellationToken) =>
        Close(request, SandboxCharge.ChargeKind, cancellationToken);

    public Task<ChargeResponse> Void(ChargeRequest authorization, CancellationToken cancellationToken) =>
        Close(authorization, SandboxCharge.AuthorizationKind, cancellationToken);

    public async Task<ChargeResponse> Refund(RefundRequest request, CancellationToken cancellationToken)
    {
        if (!await Reach(null, cancellationToken))
            return ChargeResponse.Unknown(ChargeResponse.GatewayUnavailable);
        if (await Read(request.ChargeKey, cancellationToken) is not { Outcome: SandboxCharge.Captured } charge)
            return ChargeResponse.Declined("charge_not_captured");
        while (true)
        {
            var known = await Read(request.Key, cancellationToken);
            if (known is not null && known.Amount != request.Amount)
                throw new InvalidOperationException($"The key {request.Key} was used for another amount.");
            if (known is { Outcome: not SandboxCharge.Lost })
                return Response(known);
            if (known is not null)
            {
                // The lost request is carried out now.
                await Change(known, SandboxCharge.Refunded, cancellationToken);
                continue;
            }
            var exceeds = await RefundedOf(charge, cancellationToken) + request.Amount.Amount > charge.Amount.Amount;
            var refund = Entry(
                new ChargeRequest(request.Key, request.Reference, request.Amount, charge.Token),
                SandboxCharge.RefundKind,
                exceeds ? SandboxCharge.Declined
                    : charge.Token == "tok_timeout_lost" ? SandboxCharge.Lost
                    : SandboxCharge.Refunded,
                exceeds ? "refund_exceeds_charge" : null
            );
            if (await TryWrite(db => db.Add(refund), cancellationToken))
                return Answer(refund);
        }
    }

    /// <summary>Authorizes or charges: decides once for each key.</summary>
    async Task<ChargeResponse> Perform(
        ChargeRequest request,
        string kind,
        string success,
        CancellationToken cancellationToken
    )
    {
        if (!await Reach(request.Token, cancellationToken))
            return ChargeResponse.Unknown(ChargeResponse.GatewayUnavailable);
        if (await Read(request.Key, cancellationToken) is { } known)
            return await Repeat(known, request, success, cancellationToken);

        var entry = await Decide(request, kind, success, cancellationToken);
        if (await TryWrite(db => db.Add(entry), cancellationToken))
            return Answer(entry);
        // A concurrent request used the same key; its outcome applies to this request, too.
        var winner =
            await Read(request.Key, cancellationToken)
            ?? throw new InvalidOperationException($"The charge {request.Key} could not be recorded.");
        return await Repeat(winner, request, success, cancellationToken);
    }

    /// <summary>Answers a repeat of the same key: the first answer applies, and a lost request is now carried out.</summary>
    async Task<ChargeResponse> Repeat(
        SandboxCharge known,
        ChargeRequest request,
        string success,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            CheckSame(known, request);
            if (known.Outcome != SandboxCharge.Lost)
                return Response(known);
            if (await Change(known, success, cancellationToken))
                return Response(known);
            known = (await Read(request.Key, cancellationToken))!;
        }
    }

    async Task<ChargeResponse> Close(ChargeRequest request, string kind, CancellationToken cancellationToken)
    {
        if (!await Reach(null, cancellationToken))
            return ChargeResponse.Unknown(ChargeResponse.GatewayUnavailable);
        while (true)
        {
            var known = await Read(request.Key, cancellationToken);
            if (known is not null && known.Outcome is not (SandboxCharge.Lost or SandboxCharge.Authorized))
                return kind == SandboxCharge.AuthorizationKind && known.Outcome == SandboxCharge.Used
                    ? ChargeResponse.Captured
                    : Response(known);
            // If one request captures and another closes the key at once, one succeeds, and the other reads what the first
            // wrote.
            var written = known is null
                ? await TryWrite(
                    db => db.Add(Entry(request, kind, SandboxCharge.Closed, ChargeResponse.Closed)),
                    cancellationToken
                )
                : await Change(known, SandboxCharge.Closed, cancellationToken);
            if (written && known is { Kind: SandboxCharge.AuthorizationKind, Token: "tok_timeout" })
                return ChargeResponse.Unknown(ChargeResponse.GatewayTimeout);
        }
    }

    async Task<SandboxCharge> Decide(
        ChargeRequest request,
        string kind,
        string success,
        CancellationToken cancellationToken
    )
    {
        var declineCode = request.Token switch
        {
            "tok_declined" => ChargeResponse.CardDeclined,
            "tok_insufficient_funds" => "insufficient_funds",
            "tok_expired" => "expired_card",
            "tok_stolen" => "stolen_card",
            "tok_declined_once" => kind == SandboxCharge.ChargeKind
            && await WasDeclined(request.Reference, cancellationToken)
                ? null
                : ChargeResponse.CardDeclined,
            _ => s_cards.ContainsKey(request.Token) ? null : "invalid_token",
        };
        return Entry(
            request,
            kind,
            declineCode is not null ? SandboxCharge.Declined
                : request.Token == "tok_timeout_lost" ? SandboxCharge.Lost
                : success,
            declineCode
        );
    }

    SandboxCharge Entry(ChargeRequest request, string kind, string outcome, string? declineCode) =>
        new()
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            Key = request.Key,
            Kind = kind,
            Reference = request.Reference,
            Token = request.Token,
            Amount = request.Amount,
            Outcome = outcome,
            DeclineCode = declineCode,
            At = clock.GetUtcNow(),
        };

    /// <summary>Waits as long as a call takes. Returns false if the gateway cannot be reached.</summary>
    async Task<bool> Reach(string? token, CancellationToken cancellationToken)
    {
        if (conditions.Latency > TimeSpan.Zero)
            await Task.Delay(conditions.Latency, clock, cancellationToken);
        return conditions.IsAvailable && token != "tok_unavailable";
    }

    static void CheckSame(SandboxCharge known, ChargeRequest request)
    {
        if (known.Amount != request.Amount)
            throw new InvalidOperationException($"The key {request.Key} was used for another amount.");
        if (known.Token != request.Token)
            throw new InvalidOperationException($"The key {request.Key} was used for another card.");
    }

    /// <summary>Returns the answer to the first request under a key, which some cards do not get.</summary>
    static ChargeResponse Answer(SandboxCharge first) =>
        first is { Outcome: not SandboxCharge.Declined, Token: "tok_timeout" or "tok_timeout_lost" }
            ? ChargeResponse.Unknown(ChargeResponse.GatewayTimeout)
            : Response(first);

    static ChargeResponse Response(SandboxCharge charge) =>
        charge.Outcome switch
        {
            SandboxCharge.Captured => ChargeResponse.Captured,
            SandboxCharge.Authorized or SandboxCharge.Used => ChargeResponse.Authorized,
            SandboxCharge.Refunded => ChargeResponse.Refunded,
            SandboxCharge.Closed => ChargeResponse.Declined(ChargeResponse.Closed),
            _ => ChargeResponse.Declined(charge.DeclineCode ?? ChargeResponse.CardDeclined),
        };

    async Task<bool> WasDeclined(string reference, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        return await db.Set<SandboxCharge>()
            .AnyAsync(
                charge =>
                    charge.Reference == reference
                    && charge.Kind == SandboxCharge.ChargeKind
                    && charge.Outcome == SandboxCharge.Declined,
                cancellationToken
            );
    }

    async Task<decimal> RefundedOf(SandboxCharge charge, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var refunds = await db.Set<SandboxCharge>()
            .AsNoTracking()
            .Where(entry => entry.Reference == charge.Reference && entry.Kind == SandboxCharge.RefundKind)
            .Where(entry => entry.Outcome == SandboxCharge.Refunded || entry.Outcome == SandboxCharge.Lost)
            .ToListAsync(cancellationToken);
        // Summed in memory: SQLite has no decimals.
        return refunds.Sum(refund => refund.Amount.Amount);
    }

    async Task<SandboxCharge?> Read(string key, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        return await db.Set<SandboxCharge>()
            .AsNoTracking()
            .SingleOrDefaultAsync(charge => charge.Key == key, cancellationToken);
    }

    Task<bool> Change(SandboxCharge known, string outcome, CancellationToken cancellationToken) =>
        TryWrite(
            db =>
            {
                db.Attach(known);
                known.Outcome = outcome;
                known.At = clock.GetUtcNow();
            },
            cancellationToken
        );

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
