using MassTransit;

namespace RideBooking.Demo;

/// <summary>
/// A consumer that breaks on request, like one with a bug in a new version. While it is broken, completed rides get no fare.
/// </summary>
/// <remarks>Its exception takes the usual path of a failure: retry, redelivery, error queue.</remarks>
internal sealed class BrokenConsumer
{
    /// <summary>The endpoint of the consumer that computes fares.</summary>
    public const string Endpoint = "compute-fare";

    volatile bool _broken;

    /// <summary>Whether the consumer fails.</summary>
    public bool Broken
    {
        get => _broken;
        set => _broken = value;
    }

    /// <summary>Makes the endpoint's consumer breakable. Other endpoints are left unchanged.</summary>
    public void Watch(string name, IReceiveEndpointConfigurator endpoint)
    {
        if (name == Endpoint)
            endpoint.ConnectConsumerConfigurationObserver(new Breakable(this));
    }

    // Runs around the consumer itself, inside its transaction, as if the consumer had thrown.
    sealed class Breakable(BrokenConsumer state) : IConsumerConfigurationObserver
    {
        public void ConsumerConfigured<TConsumer>(IConsumerConfigurator<TConsumer> configurator)
            where TConsumer : class { }

        public void ConsumerMessageConfigured<TConsumer, TMessage>(
            IConsumerMessageConfigurator<TConsumer, TMessage> configurator
        )
            where TConsumer : class
            where TMessage : class =>
            configurator.UseExecute(_ =>
            {
                if (state.Broken)
                    throw new BrokenOnRequestException();
            });
    }
}

/// <summary>The exception of a consumer that was broken on request.</summary>
internal sealed class BrokenOnRequestException() : Exception("Fares were broken in the demo; fix them, then redrive.");
