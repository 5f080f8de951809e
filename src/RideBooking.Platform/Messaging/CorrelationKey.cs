using System.Linq.Expressions;

namespace RideBooking.Platform.Messaging;

/// <summary>The ride that a message is about.</summary>
/// <typeparam name="T">The message.</typeparam>
internal static class RideOf<T>
{
    /// <summary>Reads the message's RideId property; null where it has none.</summary>
    public static readonly Func<T, Guid?> Message = Read();

    static Func<T, Guid?> Read()
    {
        if (typeof(T).GetProperty("RideId") is not { } property || property.PropertyType != typeof(Guid))
            return _ => null;
        var message = Expression.Parameter(typeof(T));
        var ride = Expression.Convert(Expression.Property(message, property), typeof(Guid?));
        return Expression.Lambda<Func<T, Guid?>>(ride, message).Compile();
    }
}
