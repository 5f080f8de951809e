using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using MassTransit;
using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Schemas;

/// <summary>A consumer, state machine or projection that handles an event.</summary>
/// <param name="Module">The module, such as <c>Billing</c>.</param>
/// <param name="Consumer">The class.</param>
/// <param name="Event">The event's record.</param>
internal sealed record EventConsumer(string Module, string Consumer, Type Event);

/// <summary>Finds in compiled code who uses the events.</summary>
/// <param name="assemblies">The assemblies of the modules.</param>
internal sealed class EventUsage(IEnumerable<Assembly> assemblies)
{
    readonly IReadOnlyList<Assembly> _assemblies = [.. assemblies];

    /// <summary>The consumers of events.</summary>
    public IReadOnlyList<EventConsumer> Consumers =>
        field ??= [
            .. _assemblies
                .SelectMany(assembly => assembly.GetTypes())
                .Where(type => !type.IsAbstract)
                .SelectMany(type =>
                    Consumed(type).Select(record => new EventConsumer(ModuleOf(type.Assembly), type.Name, record))
                )
                .Distinct(),
        ];

    /// <summary>Looks at the project's assemblies beside this one.</summary>
    public static EventUsage InThisFolder() =>
        new(Directory.GetFiles(AppContext.BaseDirectory, "RideBooking.*.dll").Select(Assembly.LoadFrom));

    /// <summary>Lists the classes that read a member of an event, each with its module: <c>Billing.FinalFare</c>.</summary>
    /// <param name="record">The event's record.</param>
    /// <param name="member">The member's name in JSON, such as <c>distanceMeters</c>.</param>
    public IReadOnlyList<string> ReadersOf(Type record, string member) =>
        record
            .GetProperties()
            .FirstOrDefault(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name) == member)
            is { } read
            ?
            [
                .. _assemblies
                    .Where(assembly => assembly != record.Assembly)
                    .SelectMany(assembly =>
                        Callers(assembly, read.GetMethod!).Select(type => $"{ModuleOf(assembly)}.{type}")
                    )
                    .Distinct()
                    .Order(StringComparer.Ordinal),
            ]
            : [];

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

    /// <summary>Lists the classes of an assembly whose code calls a method of another assembly.</summary>
    static IEnumerable<string> Callers(Assembly assembly, MethodInfo called)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        var calls = metadata
            .MemberReferences.Where(handle => Names(metadata, metadata.GetMemberReference(handle), called))
            .SelectMany(handle => new[] { Call(OpCodes.Call, handle), Call(OpCodes.Callvirt, handle) })
            .ToList();
        foreach (var method in metadata.MethodDefinitions.Select(metadata.GetMethodDefinition))
            if (
                calls.Count > 0
                && method.RelativeVirtualAddress > 0
                && file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes() is { } code
                && calls.Any(call => code.AsSpan().IndexOf(call) >= 0)
            )
                yield return ClassOf(metadata, method.GetDeclaringType());
    }

    static bool Names(MetadataReader metadata, MemberReference reference, MethodInfo method) =>
        reference.Parent.Kind == HandleKind.TypeReference
        && metadata.StringComparer.Equals(reference.Name, method.Name)
        && metadata.GetTypeReference((TypeReferenceHandle)reference.Parent) is var type
        && metadata.StringComparer.Equals(type.Name, method.DeclaringType!.Name)
        && metadata.StringComparer.Equals(type.Namespace, method.DeclaringType.Namespace!);

    static byte[] Call(OpCode code, MemberReferenceHandle method)
    {
        var call = new byte[5];
        call[0] = (byte)code.Value;
        BinaryPrimitives.WriteInt32LittleEndian(call.AsSpan(1), MetadataTokens.GetToken(method));
        return call;
    }

    // Lambdas and asynchronous methods are classes inside the one that was written.
    static string ClassOf(MetadataReader metadata, TypeDefinitionHandle type)
    {
        var definition = metadata.GetTypeDefinition(type);
        return definition.GetDeclaringType() is { IsNil: false } around
            ? ClassOf(metadata, around)
            : metadata.GetString(definition.Name);
    }

    static string ModuleOf(Assembly assembly) => assembly.GetName().Name!.Split('.')[^1];
}
