using MassTransit;

namespace RideBooking.Demo;

/// <summary>
/// A consumer that breaks on request, as by a bug that came with a new version: while it is broken no completed ride gets
/// its fare. What it throws takes the way of every failure: retry, redelivery, error queue.
/// </summary>
internal sealed class BrokenConsumer
{
    /// <summary>The endpoint of the consumer that computes fares.</summary>
    public const string Endpoint = "compute-fare";

    volatile bool _broken;

    /// <summary>Whether it fails.</summary>
    public bool Broken
    {
        get => _broken;
        set => _broken = value;
    }

    /// <summary>Makes the endpoint's consumer breakable; leaves any other endpoint alone.</summary>
    public void Watch(string name, IReceiveEndpointConfigurator endpoint)
    {
        if (name == Endpoint)
            endpoint.ConnectConsumerConfigurationObserver(new Breakable(this));
    }

    // Around the consumer itself, inside its transaction: just as if it had thrown.
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

/// <summary>What a consumer throws that was broken on request.</summary>
internal sealed class BrokenOnRequestException()
    : Exception("The demo's viewer broke the computing of fares; mended, it takes a redrive.");
