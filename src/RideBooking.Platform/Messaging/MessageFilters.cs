using MassTransit;
using MassTransit.Configuration;

namespace RideBooking.Platform.Messaging;

/// <summary>Runs around the handling of every message of an endpoint, of any type.</summary>
internal interface IMessageFilter
{
    Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        where T : class;
}

/// <summary>Adds message filters to an endpoint's pipe.</summary>
/// <remarks>
/// Unlike a scoped consume filter, they open no service scope: each retry inside them keeps a scope, and so a database
/// context, of its own.
/// </remarks>
internal static class MessageFilters
{
    /// <summary>Adds a filter outside of those that are added later, and inside of those that were added before.</summary>
    public static void UseMessageFilter(this IReceiveEndpointConfigurator endpoint, IMessageFilter around) =>
        new Observer(endpoint, around).Observe();

    sealed class Observer : ConfigurationObserver, IMessageConfigurationObserver
    {
        readonly IMessageFilter _around;

        public Observer(IConsumePipeConfigurator endpoint, IMessageFilter around)
            : base(endpoint) => _around = around;

        public void Observe() => Connect(this);

        public void MessageConfigured<TMessage>(IConsumePipeConfigurator configurator)
            where TMessage : class => configurator.AddPipeSpecification(new Filter<TMessage>(_around));
    }

    sealed class Filter<T>(IMessageFilter around) : IFilter<ConsumeContext<T>>, IPipeSpecification<ConsumeContext<T>>
        where T : class
    {
        public Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next) => around.Handle(context, next);

        public void Probe(ProbeContext context) => context.CreateFilterScope(around.GetType().Name);

        public void Apply(IPipeBuilder<ConsumeContext<T>> builder) => builder.AddFilter(this);

        public IEnumerable<ValidationResult> Validate() => [];
    }
}
