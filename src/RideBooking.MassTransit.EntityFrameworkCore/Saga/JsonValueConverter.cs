using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Converts a value to JSON text, with the serializer that messages use.</summary>
public class JsonValueConverter<T>(ConverterMappingHints? mappingHints = null)
    : ValueConverter<T, string>(
        value => ObjectDeserializer.Serialize(value)!,
        json => ObjectDeserializer.Deserialize<T>(json)!,
        mappingHints
    )
    where T : class;
