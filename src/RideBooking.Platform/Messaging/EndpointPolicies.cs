using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Platform.Messaging;

/// <summary>Knows the policy of each endpoint.</summary>
internal sealed class EndpointPolicies
{
    readonly Dictionary<string, EndpointPolicy> _declared;

    public EndpointPolicies(IEnumerable<Declaration> declarations, IEndpointNameFormatter names) =>
        _declared = declarations.ToDictionary(
            declaration => declaration.EndpointName(names),
            declaration => declaration.Policy
        );

    /// <summary>Returns the policy that was declared for an endpoint, or the default.</summary>
    public EndpointPolicy For(string endpoint) => _declared.GetValueOrDefault(endpoint, EndpointPolicy.Default);

    internal sealed record Declaration(Func<IEndpointNameFormatter, string> EndpointName, EndpointPolicy Policy);
}

/// <summary>Registers consumers and state machines together with the policies of their endpoints.</summary>
public static class EndpointPolicyRegistration
{
    /// <summary>Adds a consumer whose endpoint needs another policy than <see cref="EndpointPolicy.Default"/>.</summary>
    public static void AddConsumer<TConsumer>(this IBusRegistrationConfigurator bus, EndpointPolicy policy)
        where TConsumer : class, IConsumer
    {
        bus.AddConsumer<TConsumer>();
        bus.AddEndpointPolicy(names => names.Consumer<TConsumer>(), policy);
    }

    /// <summary>Lets <see cref="SagaCommandDispatcher{TSaga}"/> send commands to a state machine, at an endpoint of their own.</summary>
    public static void AddSagaCommands<TSaga>(this IBusRegistrationConfigurator bus)
        where TSaga : class, ISaga
    {
        bus.AddSingleton<SagaCommandDispatcher<TSaga>>();
        bus.AddEndpointPolicy(InProcess.EndpointName<TSaga>, EndpointPolicy.InProcess);
    }

    internal static void AddEndpointPolicy(
        this IBusRegistrationConfigurator bus,
        Func<IEndpointNameFormatter, string> endpointName,
        EndpointPolicy policy
    ) => bus.AddSingleton(new EndpointPolicies.Declaration(endpointName, policy));
}
