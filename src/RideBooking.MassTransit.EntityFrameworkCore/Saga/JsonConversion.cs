using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MassTransit
{
    /// <summary>Configures properties of a saga to be stored as JSON.</summary>
    public static class JsonPropertyBuilderExtensions
    {
        /// <summary>Stores the property as JSON text, and compares it by that text.</summary>
        public static PropertyBuilder<T> HasJsonConversion<T>(this PropertyBuilder<T> builder)
            where T : class
        {
            ArgumentNullException.ThrowIfNull(builder);

            return builder.HasConversion(new JsonValueConverter<T>(), new JsonValueComparer<T>());
        }
    }
}

namespace MassTransit.EntityFrameworkCoreIntegration
{
    /// <summary>Converts a value to JSON text, with the serializer that messages use.</summary>
    public class JsonValueConverter<T>(ConverterMappingHints? mappingHints = null)
        : ValueConverter<T, string>(
            value => ObjectDeserializer.Serialize(value)!,
            json => ObjectDeserializer.Deserialize<T>(json)!,
            mappingHints
        )
        where T : class;

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
}
