using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace RideBooking.Testing.Values;

/// <summary>
/// Copies an object with everything it holds, field by field, as if it had been stored and loaded without loss.
/// </summary>
static class DeepCopy
{
    public static T Of<T>(T original)
        where T : class => (T)Copy(original, new(ReferenceEqualityComparer.Instance))!;

    static object? Copy(object? original, Dictionary<object, object> copies)
    {
        if (original is null || IsImmutable(original.GetType()))
            return original;
        if (copies.TryGetValue(original, out var copied))
            return copied;
        var type = original.GetType();
        if (original is Array array)
            return CopyArray(array, copies);
        var copy = RuntimeHelpers.GetUninitializedObject(type);
        if (!type.IsValueType)
            copies.Add(original, copy);
        foreach (var field in Fields(type))
            field.SetValue(copy, Copy(field.GetValue(original), copies));
        return copy;
    }

    static Array CopyArray(Array original, Dictionary<object, object> copies)
    {
        var copy = (Array)original.Clone();
        copies.Add(original, copy);
        if (IsImmutable(original.GetType().GetElementType()!))
            return copy;
        if (original.Rank > 1)
            throw new NotSupportedException("A saga instance must not hold an array of more than one dimension.");
        for (var at = 0; at < copy.Length; at++)
            copy.SetValue(Copy(original.GetValue(at), copies), at);
        return copy;
    }

    /// <summary>Returns all fields, including those of base types.</summary>
    public static FieldInfo[] Fields(Type type) => Cache.Fields.GetOrAdd(type, FindFields);

    static FieldInfo[] FindFields(Type type)
    {
        List<FieldInfo> fields = [];
        for (var at = type; at is not null; at = at.BaseType)
            fields.AddRange(
                at.GetFields(
                    BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly
                )
            );
        return [.. fields];
    }

    /// <summary>Whether copies may share the value, because its content never changes or is not data.</summary>
    public static bool IsImmutable(Type type) => Cache.Immutable.GetOrAdd(type, FindIsImmutable);

    static bool FindIsImmutable(Type type) =>
        type.IsPrimitive
        || type.IsEnum
        || type.IsPointer
        || type == typeof(string)
        || type == typeof(decimal)
        || type == typeof(Guid)
        || type == typeof(DateTime)
        || type == typeof(DateTimeOffset)
        || type == typeof(TimeSpan)
        || type == typeof(DateOnly)
        || type == typeof(TimeOnly)
        || type == typeof(Uri)
        || type == typeof(Version)
        || typeof(MemberInfo).IsAssignableFrom(type)
        || typeof(Delegate).IsAssignableFrom(type)
        || typeof(MassTransit.State).IsAssignableFrom(type)
        || type.GetInterfaces().Any(IsComparer)
        || (Nullable.GetUnderlyingType(type) is { } value && IsImmutable(value));

    static bool IsComparer(Type type) =>
        type.IsGenericType
        && (
            type.GetGenericTypeDefinition() == typeof(IEqualityComparer<>)
            || type.GetGenericTypeDefinition() == typeof(IComparer<>)
        );

    // Reflection's results are the same for every lab, so this cache is not state.
    static class Cache
    {
        public static readonly ConcurrentDictionary<Type, FieldInfo[]> Fields = new();
        public static readonly ConcurrentDictionary<Type, bool> Immutable = new();
    }
}
