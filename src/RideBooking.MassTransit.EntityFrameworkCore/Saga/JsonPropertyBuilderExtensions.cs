using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MassTransit;

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
