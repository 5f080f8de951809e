using MassTransit;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;

namespace RideBooking.Payments.Authorizations;

/// <summary>The activities of the state machine that concern authorizations.</summary>
internal static class AuthorizationSteps
{
    /// <summary>Requests an authorization of the expected fare.</summary>
    public static EventActivityBinder<Payment, DriverAssigned> Authorize(
        this EventActivityBinder<Payment, DriverAssigned> binder
    ) =>
        binder.Publish(context =>
        {
            var payment = context.Saga;
            payment.AuthorizationNumber++;
            payment.AuthorizationState = AuthorizationStates.Requested;
            payment.Outages = 0;
            payment.RetryAt = null;
            payment.ChangedAt = context.Now();
            return AuthorizeCard.Of(payment);
        });

    /// <summary>Requests the same authorization again: its outcome is unknown.</summary>
    public static EventActivityBinder<Payment, RetryDue> RepeatAuthorization(
        this EventActivityBinder<Payment, RetryDue> binder
    ) =>
        binder.Publish(context =>
        {
            context.Saga.RetryAt = null;
            context.Saga.RetryTokenId = null;
            context.Saga.ChangedAt = context.Now();
            return AuthorizeCard.Of(context.Saga);
        });

    /// <summary>Records the authorization and publishes it.</summary>
    public static EventActivityBinder<Payment, AuthorizationSucceeded> RecordAuthorization(
        this EventActivityBinder<Payment, AuthorizationSucceeded> binder
    ) =>
        binder.Publish(context =>
        {
            var (payment, at) = (context.Saga, context.Now());
            payment.AuthorizationState = AuthorizationStates.Authorized;
            payment.ForgetFailure(at);
            return new PaymentAuthorized(
                payment.CorrelationId,
                payment.RiderId,
                payment.PaymentId,
                payment.ExpectedFare!,
                at
            );
        });

    /// <summary>Records that the card was declined and publishes it. The fare will be charged without an authorization.</summary>
    public static EventActivityBinder<Payment, AuthorizationDeclined> RecordDecline(
        this EventActivityBinder<Payment, AuthorizationDeclined> binder
    ) =>
        binder.Publish(context =>
        {
            context.Saga.AuthorizationState = AuthorizationStates.Declined;
            context.Saga.ForgetFailure(context.Now());
            return Failed(context.Saga, context.Message.Code, PaymentFailureKind.Declined, context.Now());
        });

    /// <summary>Schedules the next call for an authorization whose outcome is unknown.</summary>
    public static EventActivityBinder<Payment, AuthorizationUnknown> WaitForAuthorization(
        this EventActivityBinder<Payment, AuthorizationUnknown> binder,
        SagaTimer<Payment, RetryDue> retry,
        IReadOnlyList<TimeSpan> delays
    ) =>
        binder
            .Then(context =>
            {
                context.Saga.RetryAt = context.Now() + delays[context.Saga.Outages];
                context.Saga.Outages++;
                context.Saga.ChangedAt = context.Now();
            })
            .Schedule(
                retry,
                payment => new RetryDue(payment.CorrelationId, payment.Attempt),
                payment => payment.RetryAt!.Value
            );

    /// <summary>Publishes that there is no authorization because the gateway does not answer.</summary>
    public static EventActivityBinder<Payment, AuthorizationUnknown> GiveUpAuthorization(
        this EventActivityBinder<Payment, AuthorizationUnknown> binder
    ) =>
        binder.Publish(context =>
        {
            context.Saga.ForgetFailure(context.Now());
            return Failed(context.Saga, context.Message.Code, PaymentFailureKind.Unavailable, context.Now());
        });

    /// <summary>Ends the authorizations of a ride that will not take place.</summary>
    public static EventActivityBinder<Payment, NoDriverFound> ExpectNothing(
        this EventActivityBinder<Payment, NoDriverFound> binder
    ) =>
        binder.Then(context =>
        {
            context.Saga.ExpectedFare = null;
            context.Saga.ForgetFailure(context.Now());
        });

    /// <summary>Releases the authorization, unless it was captured or there is none.</summary>
    public static EventActivityBinder<Payment, T> VoidAuthorization<T>(this EventActivityBinder<Payment, T> binder)
        where T : class =>
        binder.If(
            context => context.Saga.HoldsAuthorization(),
            holds =>
                holds.Publish(context =>
                {
                    context.Saga.AuthorizationState = AuthorizationStates.Voiding;
                    return Authorizations.VoidAuthorization.Of(context.Saga);
                })
        );

    /// <summary>Releases an authorization from which the amount due cannot be captured, because it is too small.</summary>
    public static EventActivityBinder<Payment, T> VoidUnlessUsable<T>(this EventActivityBinder<Payment, T> binder)
        where T : class =>
        binder.If(
            context => context.Saga.HoldsAuthorization() && context.Saga.UsableAuthorization() is null,
            unusable => unusable.VoidAuthorization()
        );

    /// <summary>Records that the authorization is released.</summary>
    public static EventActivityBinder<Payment, AuthorizationVoided> RecordVoid(
        this EventActivityBinder<Payment, AuthorizationVoided> binder
    ) => binder.Then(context => context.Saga.AuthorizationState = AuthorizationStates.Voided);

    /// <summary>Returns the number of the authorization that the amount due can be captured from. Null if there is none.</summary>
    public static int? UsableAuthorization(this Payment payment) =>
        payment.AuthorizationState == AuthorizationStates.Authorized
        && payment.ExpectedFare is { } authorized
        && authorized.Currency == payment.Due.Currency
        && authorized.Amount >= payment.Due.Amount
            ? payment.AuthorizationNumber
            : null;

    static bool HoldsAuthorization(this Payment payment) =>
        payment.AuthorizationState is AuthorizationStates.Requested or AuthorizationStates.Authorized;

    // The counts of the charge begin from the start.
    static void ForgetFailure(this Payment payment, DateTimeOffset at)
    {
        payment.Outages = 0;
        payment.RetryAt = null;
        payment.RetryTokenId = null;
        payment.ChangedAt = at;
    }

    static PaymentAuthorizationFailed Failed(Payment payment, string code, string kind, DateTimeOffset at) =>
        new(payment.CorrelationId, payment.RiderId, payment.PaymentId, payment.ExpectedFare!, code, kind, at);
}
