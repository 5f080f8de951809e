using System.Linq.Expressions;
using RideBooking.Contracts;

namespace RideBooking.Platform.Messaging;

/// <summary>The id that a message has in common with the other messages of its stream.</summary>
/// <typeparam name="T">The message.</typeparam>
internal static class CorrelationKey<T>
{
    /// <summary>Reads the message's property <see cref="EventAttribute.DefaultStream"/>; null where it has none.</summary>
    public static readonly Func<T, Guid?> Of = Read();

    static Func<T, Guid?> Read()
    {
        if (
            typeof(T).GetProperty(EventAttribute.DefaultStream) is not { } property
            || property.PropertyType != typeof(Guid)
        )
            return _ => null;
        var message = Expression.Parameter(typeof(T));
        var key = Expression.Convert(Expression.Property(message, property), typeof(Guid?));
        return Expression.Lambda<Func<T, Guid?>>(key, message).Compile();
    }
}
