using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Refunds;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;

namespace RideBooking.Payments;

/// <summary>Republishes the message of a payment that has been waiting too long.</summary>
/// <remarks>
/// A broker may lose its queues, and the embedded transport loses them with the process. A republished message is harmless if
/// none was lost: the gateway is called under the same key, and the machine knows the attempt.
/// </remarks>
internal sealed class ResumePayments(
    IServiceScopeFactory scopes,
    PaymentOptions options,
    TimeProvider clock,
    ILogger<ResumePayments> logger
) : BackgroundService, IRecoverableWork
{
    const int AtOnce = 100;

    public string Name => "payments";

    public IReadOnlyCollection<Type> Messages =>
        [
            typeof(ChargeCard),
            typeof(ChargeSucceeded),
            typeof(ChargeDeclined),
            typeof(ChargeUnknown),
            typeof(RetryDue),
            typeof(AuthorizeCard),
            typeof(AuthorizationSucceeded),
            typeof(AuthorizationDeclined),
            typeof(AuthorizationUnknown),
            typeof(VoidAuthorization),
            typeof(AuthorizationVoided),
            typeof(RefundCard),
            typeof(RefundSucceeded),
            typeof(RefundDeclined),
            typeof(RefundUnknown),
            typeof(RefundDue),
        ];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.ResumeAfter / 4, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                await Resume(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(exception, "Checking for overdue payments failed; the next check is at {Next}", Next);
            }
    }

    DateTimeOffset Next => clock.GetUtcNow() + options.ResumeAfter / 4;

    /// <summary>Runs one check. Returns the number of payments it resumed.</summary>
    public async Task<int> Resume(CancellationToken cancellationToken)
    {
        var resumed = await ResumeOf(
            await Waiting(clock.GetUtcNow() - options.ResumeAfter, cancellationToken),
            cancellationToken
        );
        if (resumed > 0)
            logger.LogWarning("Republished the messages of {Count} payments, which seem to be lost", resumed);
        return resumed;
    }

    /// <summary>Resumes every payment that waits for an answer or whose retry is due.</summary>
    /// <remarks>A timer that is lost before it is due is replaced when it is overdue, by the regular check.</remarks>
    public async Task<int> Republish(CancellationToken cancellationToken)
    {
        var total = 0;
        // Payments resumed here have changed after this instant.
        var now = clock.GetUtcNow();
        while (await Waiting(now, cancellationToken) is { Count: > 0 } waiting)
            total += await ResumeOf(waiting, cancellationToken);
        return total;
    }

    async Task<int> ResumeOf(List<Payment> waiting, CancellationToken cancellationToken)
    {
        var resumed = 0;
        foreach (var payment in waiting)
            if (await TryResume(payment, cancellationToken))
                resumed++;
        return resumed;
    }

    async Task<List<Payment>> Waiting(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var sinceTimer = since - options.RetryDelays.DefaultIfEmpty().Max();
        var ahead = clock.GetUtcNow() + options.ResumeAfter;
        await using var scope = scopes.CreateAsyncScope();
        var payments = scope.ServiceProvider.GetRequiredService<AppDbContext>().Set<Payment>().AsNoTracking();
        var waiting = await payments
            .Where(payment =>
                // A change dated in the future was made by another host's clock; its real time is unknown.
                (payment.ChangedAt < since || payment.ChangedAt > ahead)
                && (
                    payment.Status == nameof(PaymentStateMachine.Charging)
                    || payment.Status == nameof(PaymentStateMachine.Settling)
                    || (
                        payment.Status == nameof(PaymentStateMachine.Refunding)
                        && (payment.RefundRetryTokenId == null || payment.ChangedAt < sinceTimer)
                    )
                    || (payment.Status == nameof(PaymentStateMachine.Retrying) && payment.RetryAt < since)
                    || (
                        payment.Status == nameof(PaymentStateMachine.Authorizing)
                        && (payment.RetryAt == null || payment.RetryAt < since)
                    )
                    || (payment.Status == nameof(PaymentStateMachine.WrittenOff) && payment.Unresolved)
                )
            )
            .OrderBy(payment => payment.ChangedAt)
            .Take(AtOnce)
            .ToListAsync(cancellationToken);
        // A query of its own, because of its own index.
        var voiding = await payments
            .Where(payment =>
                payment.AuthorizationState == AuthorizationStates.Voiding
                && (payment.ChangedAt < since || payment.ChangedAt > ahead)
            )
            .OrderBy(payment => payment.ChangedAt)
            .Take(AtOnce)
            .ToListAsync(cancellationToken);
        return [.. waiting.UnionBy(voiding, payment => payment.CorrelationId)];
    }

    async Task<bool> TryResume(Payment payment, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var publish = scope.ServiceProvider.GetRequiredService<IPublishEndpoint>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);

        // Of several processes, one republishes the message, and not again before it is overdue again.
        var now = clock.GetUtcNow();
        var claimed = await db.Set<Payment>()
            .Where(p => p.CorrelationId == payment.CorrelationId)
            .Where(p => p.Version == payment.Version && p.ChangedAt == payment.ChangedAt)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.ChangedAt, now), cancellationToken);
        if (claimed == 0)
            return false;

        if (payment.AuthorizationState == AuthorizationStates.Voiding)
            await publish.Publish(VoidAuthorization.Of(payment), cancellationToken);
        if (payment.Status == nameof(PaymentStateMachine.Authorizing))
            await publish.Publish(AuthorizeCard.Of(payment), cancellationToken);
        else if (payment.Status == nameof(PaymentStateMachine.Retrying))
            await publish.Publish(new RetryDue(payment.CorrelationId, payment.Attempt), cancellationToken);
        else if (payment.Status == nameof(PaymentStateMachine.Refunding))
            await publish.Publish(RefundCard.Of(payment, payment.PendingRefund()!), cancellationToken);
        else if (
            payment.Status is nameof(PaymentStateMachine.Charging) or nameof(PaymentStateMachine.Settling)
            || payment is { Status: nameof(PaymentStateMachine.WrittenOff), Unresolved: true }
        )
            await publish.Publish(
                ChargeCard.Of(payment) with
                {
                    Resolve = true,
                    Close = payment.Status == nameof(PaymentStateMachine.WrittenOff),
                },
                cancellationToken
            );
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
