using MassTransit;
using MassTransit.Configuration;

namespace RideBooking.Platform.Observability;

/// <summary>Something done around the handling of every message of an endpoint, whatever its type.</summary>
internal interface IMessageFilter
{
    Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        where T : class;
}

/// <summary>
/// Puts one in the endpoint's pipe. Unlike a scoped consume filter it opens no service scope: attempts that are retried
/// inside it keep having a scope, and so a database context, of their own.
/// </summary>
internal static class MessageFilters
{
    /// <summary>Outside of what the endpoint is told to use after this, inside of what it was told before.</summary>
    public static void UseMessageFilter(this IReceiveEndpointConfigurator endpoint, IMessageFilter around) =>
        _ = new Observer(endpoint, around);

    /// <summary>The endpoint's name in its address.</summary>
    public static string LastPart(this Uri address) =>
        address.AbsolutePath[(address.AbsolutePath.LastIndexOf('/') + 1)..];

    sealed class Observer : ConfigurationObserver, IMessageConfigurationObserver
    {
        readonly IMessageFilter _around;

        public Observer(IConsumePipeConfigurator endpoint, IMessageFilter around)
            : base(endpoint)
        {
            _around = around;
            Connect(this);
        }

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
