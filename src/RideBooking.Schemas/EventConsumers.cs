using System.Reflection;
using MassTransit;
using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Schemas;

/// <summary>A consumer, state machine or projection that handles an event.</summary>
/// <param name="Module">The module, such as <c>Billing</c>.</param>
/// <param name="Consumer">The class.</param>
/// <param name="Event">The event's record.</param>
internal sealed record EventConsumer(string Module, string Consumer, Type Event)
{
    /// <summary>Lists the consumers of events in some assemblies.</summary>
    public static IReadOnlyList<EventConsumer> In(IEnumerable<Assembly> assemblies) =>
        [
            .. assemblies
                .SelectMany(assembly => assembly.GetTypes())
                .Where(type => !type.IsAbstract)
                .SelectMany(type =>
                    Consumed(type)
                        .Select(record => new EventConsumer(
                            type.Assembly.GetName().Name!.Split('.')[^1],
                            type.Name,
                            record
                        ))
                )
                .Distinct(),
        ];

    /// <summary>Loads the project's assemblies beside this one, and lists the consumers of events in them.</summary>
    public static IReadOnlyList<EventConsumer> InThisFolder() =>
        In(Directory.GetFiles(AppContext.BaseDirectory, "RideBooking.*.dll").Select(Assembly.LoadFrom));

    static IEnumerable<Type> Consumed(Type type)
    {
        var consumed = type.GetInterfaces()
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IConsumer<>))
            .Select(i => i.GetGenericArguments()[0]);
        // A state machine consumes the messages of its events.
        var machine = type.IsAssignableTo(typeof(StateMachine))
            ? type.GetProperties()
                .Select(property => property.PropertyType)
                .Where(property => property.IsGenericType && property.GetGenericTypeDefinition() == typeof(Event<>))
                .Select(property => property.GetGenericArguments()[0])
            : [];
        var projected = type.IsAssignableTo(typeof(IProjection))
            ? ((IProjection)Activator.CreateInstance(type)!).Events
            : [];
        return consumed.Concat(machine).Concat(projected).Where(message => message.IsDefined(typeof(EventAttribute)));
    }
}
