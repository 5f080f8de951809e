using System.Reflection;
using MassTransit;
using Npgsql;
using RideBooking.Platform.Messaging.Failures;

namespace RideBooking.Tests.Platform.Messaging.Failures;

public sealed class OutageAwareRetryTests
{
    // PostgreSQL's error for a prepared statement after its table was altered.
    static readonly PostgresException s_stalePlan = new(
        "cached plan must not change result type",
        "ERROR",
        "ERROR",
        "0A000"
    );

    [Fact]
    public void A_stale_plan_is_retried_at_once_however_old_the_message_is()
    {
        var policy = new OutageAwareRetry(new Any(), [], ReturnDuringOutage.HoldFor);
        var old = Message(TimeSpan.FromHours(1));

        policy.CreatePolicyContext(old).CanRetry(s_stalePlan, out var retry).ShouldBeTrue();
        retry.Delay.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void A_statement_whose_plan_is_always_stale_is_not_retried_endlessly()
    {
        var policy = new OutageAwareRetry(new Any(), [], OutageAwareRetry.Unlimited);
        var retries = 0;

        for (
            var more = policy.CreatePolicyContext(Message(TimeSpan.Zero)).CanRetry(s_stalePlan, out var retry);
            more;
            more = retry.CanRetry(s_stalePlan, out retry)
        )
            (++retries).ShouldBeLessThan(10);
    }

    static ConsumeContext Message(TimeSpan age)
    {
        var received = Answering.With<ReceiveContext>("get_ElapsedTime", age);
        return Answering.With<ConsumeContext>("get_ReceiveContext", received);
    }

    sealed class Any : IExceptionFilter
    {
        public bool Match(Exception exception) => true;

        public void Probe(ProbeContext context) { }
    }

    /// <summary>A lookup with one entry.</summary>
    public class Answering : DispatchProxy
    {
        (string Method, object Answer) _known;

        public static T With<T>(string method, object answer)
            where T : class
        {
            var proxy = Create<T, Answering>();
            ((Answering)(object)proxy)._known = (method, answer);
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == _known.Method ? _known.Answer
            : targetMethod.ReturnType.IsValueType && targetMethod.ReturnType != typeof(void)
                ? Activator.CreateInstance(targetMethod.ReturnType)
            : null;
    }
}
