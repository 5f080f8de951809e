using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Compares values by their JSON text, so that a change within a value is detected.</summary>
public class JsonValueComparer<T>()
    : ValueComparer<T>(
        (left, right) => Text(left) == Text(right),
        value => StringComparer.Ordinal.GetHashCode(Text(value)),
        value => ObjectDeserializer.Deserialize<T>(Text(value))!
    )
    where T : class
{
    static string Text(T? value) => (value is null ? null : ObjectDeserializer.Serialize(value)) ?? "";
}
