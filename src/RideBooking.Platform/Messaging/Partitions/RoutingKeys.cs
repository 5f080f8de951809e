using System.Collections.Concurrent;
using System.Linq.Expressions;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Scheduling;
using RideBooking.Contracts;

namespace RideBooking.Platform.Messaging.Partitions;

/// <summary>Sets every message's routing key: the ride it is about, else the driver or the rider, else its own id.</summary>
/// <remarks>A timer has the key of the message that it will send.</remarks>
internal sealed class RoutingKeys : ISendPipeSpecificationObserver, IPublishPipeSpecificationObserver
{
    static readonly string[] s_about = [EventAttribute.DefaultStream, "DriverId", "RiderId"];
    static readonly ConcurrentDictionary<Type, Func<object, string?>> s_keys = new();

    /// <summary>Sets the keys of all messages sent or published on the bus.</summary>
    public static void Use(IBusFactoryConfigurator bus)
    {
        var keys = new RoutingKeys();
        bus.ConfigureSend(send => send.ConnectSendPipeSpecificationObserver(keys));
        bus.ConfigurePublish(publish => publish.ConnectPublishPipeSpecificationObserver(keys));
    }

    public void MessageSpecificationCreated<T>(IMessageSendPipeSpecification<T> specification)
        where T : class => specification.UseExecute(Set);

    public void MessageSpecificationCreated<T>(IMessagePublishPipeSpecification<T> specification)
        where T : class => specification.UseExecute(Set);

    /// <summary>Returns the key of a message; null where it is about no ride, driver or rider.</summary>
    public static string? Of(object message) =>
        message is ScheduleMessage { Payload: { } later }
            ? Of(later)
            : s_keys.GetOrAdd(message.GetType(), Read)(message);

    static void Set<T>(SendContext<T> context)
        where T : class
    {
        if (string.IsNullOrEmpty(context.RoutingKey()))
            context.TrySetRoutingKey(Of(context.Message) ?? context.MessageId?.ToString() ?? "");
    }

    static Func<object, string?> Read(Type type)
    {
        var property = s_about.Select(type.GetProperty).FirstOrDefault(property => property is not null);
        if (property is null)
            return _ => null;
        var message = Expression.Parameter(typeof(object));
        var value = Expression.Convert(
            Expression.Property(Expression.Convert(message, type), property),
            typeof(object)
        );
        var read = Expression.Lambda<Func<object, object?>>(value, message).Compile();
        return about => read(about)?.ToString();
    }
}
