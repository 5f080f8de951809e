using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.Serialization;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging;

namespace RideBooking.Tests.Platform.Messaging;

/// <summary>Every message of every module: events, commands and timers.</summary>
public sealed class RequiredMembersTests
{
    static readonly IReadOnlyList<Type> s_contracts = [.. Contracts().Distinct().OrderBy(type => type.FullName)];

    public RequiredMembersTests() => RequiredMembers.Enforce();

    public static TheoryData<string> Names => [.. s_contracts.Select(type => type.FullName!)];

    [Fact]
    public void Commands_and_timers_are_among_them()
    {
        s_contracts.ShouldContain(typeof(RideCompleted));
        s_contracts
            .Count(type => type.Namespace!.StartsWith("RideBooking.Matching", StringComparison.Ordinal))
            .ShouldBeGreaterThan(2);
        s_contracts
            .Count(type => type.Namespace!.StartsWith("RideBooking.Payments", StringComparison.Ordinal))
            .ShouldBeGreaterThan(2);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_without_a_required_member_is_refused_by_the_members_name(string contract)
    {
        var type = Named(contract);
        foreach (var member in Members(type).Where(member => !member.IsOptional))
        {
            Refused(type, json => json.Remove(member.Json)).ShouldContain(member.Json);
            Refused(type, json => json[member.Json] = null).ShouldContain(member.Json);
            Refused(type, json => json[member.Json] = new JsonArray(new JsonArray())).ShouldContain(member.Json);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_empty_id_and_the_year_1_are_refused_by_the_members_name(string contract)
    {
        var type = Named(contract);
        foreach (var member in Members(type))
            if (Nothing(member) is { } nothing)
                Refused(type, json => json[member.Json] = nothing).ShouldContain(member.Json);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_with_no_more_than_the_required_members_is_accepted(string contract)
    {
        var type = Named(contract);
        var json = Valid(type);
        foreach (var member in Members(type).Where(member => member.IsOptional))
            json.Remove(member.Json);
        json["ofALaterVersion"] = new JsonObject();
        Read(type, json).ShouldNotBeNull();
    }

    [Fact]
    public void An_error_inside_a_member_names_the_member()
    {
        Refused(typeof(RideCompleted), json => json["pickup"]!.AsObject().Remove("lat")).ShouldContain("lat");
        Refused(typeof(FareFinalized), json => json["total"]!.AsObject().Remove("amount")).ShouldContain("total");
        Refused(typeof(FareFinalized), json => json["lines"]!.AsArray().Add(null)).ShouldContain("lines");
    }

    static JsonValue? Nothing(Member member) =>
        member.Type == typeof(Guid) || member.Type == typeof(Guid?) ? JsonValue.Create(Guid.Empty)
        : member.Type == typeof(DateTimeOffset) || member.Type == typeof(DateTimeOffset?)
            ? JsonValue.Create(default(DateTimeOffset))
        : member.Type == typeof(string) && member.Json.EndsWith("Id", StringComparison.Ordinal) ? JsonValue.Create("")
        : null;

    static string Refused(Type type, Action<JsonObject> spoil)
    {
        var json = Valid(type);
        spoil(json);
        return Should.Throw<JsonException>(() => Read(type, json), $"{type.Name} {json}").Message;
    }

    static object? Read(Type type, JsonObject json) => json.Deserialize(type, SystemTextJsonMessageSerializer.Options);

    static JsonObject Valid(Type type) =>
        JsonSerializer.SerializeToNode(Some(type), type, SystemTextJsonMessageSerializer.Options)!.AsObject();

    static Type Named(string contract) => s_contracts.Single(type => type.FullName == contract);

    // Any value that is not an empty one.
    static object Some(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return "some";
        if (type == typeof(Guid))
            return Guid.CreateVersion7();
        if (type == typeof(DateTimeOffset))
            return DateTimeOffset.UnixEpoch;
        if (type == typeof(Money))
            return new Money(1m, "EUR");
        if (type == typeof(TimeSpan))
            return TimeSpan.FromSeconds(1);
        if (type.IsValueType)
            return Activator.CreateInstance(type)!;
        if (type.IsArray || type.IsGenericType)
        {
            var element = type.IsArray ? type.GetElementType()! : type.GetGenericArguments()[0];
            var items = Array.CreateInstance(element, 1);
            items.SetValue(Some(element), 0);
            return items;
        }
        return Constructor(type)
            .Invoke([.. Constructor(type).GetParameters().Select(parameter => Some(parameter.ParameterType))]);
    }

    static ConstructorInfo Constructor(Type type) =>
        type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(constructor => constructor.GetParameters() is not [var only] || only.ParameterType != type)
            .MaxBy(constructor => constructor.GetParameters().Length)!;

    static IEnumerable<Member> Members(Type type)
    {
        var nullability = new NullabilityInfoContext();
        return Constructor(type)
            .GetParameters()
            .Select(parameter => new Member(
                JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!),
                parameter.ParameterType,
                parameter.HasDefaultValue || nullability.Create(parameter).ReadState == NullabilityState.Nullable
            ));
    }

    static IEnumerable<Type> Contracts() =>
        Directory
            .GetFiles(AppContext.BaseDirectory, "RideBooking.*.dll")
            .Where(file => !Path.GetFileName(file).Contains("Test", StringComparison.Ordinal))
            .Select(Assembly.LoadFrom)
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.IsAbstract)
            .SelectMany(Consumed)
            .Concat(EventCatalogue.Published.All.Select(published => published.Type))
            .Where(type =>
                type.Namespace?.StartsWith("RideBooking.", StringComparison.Ordinal) == true && !type.IsGenericType
            );

    static IEnumerable<Type> Consumed(Type type) =>
        type.GetInterfaces()
            .Where(of => of.IsGenericType && of.GetGenericTypeDefinition() == typeof(IConsumer<>))
            .Select(of => of.GetGenericArguments()[0])
            .Concat(
                typeof(StateMachine).IsAssignableFrom(type)
                    ? type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                        .SelectMany(property =>
                            new[] { property.PropertyType }.Concat(property.PropertyType.GetInterfaces())
                        )
                        .Where(of => of.IsGenericType && of.GetGenericTypeDefinition() == typeof(Event<>))
                        .Select(of => of.GetGenericArguments()[0])
                    : []
            );

    sealed record Member(string Json, Type Type, bool IsOptional);
}
