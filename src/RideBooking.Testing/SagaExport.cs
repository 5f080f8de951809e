using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MassTransit;
using RideBooking.Testing.Analysis;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>
/// Saga instances that were exported as JSON, for example from production: one object, or an array of them.
/// </summary>
/// <remarks>
/// Names of members are compared without case and underscores, so the rows of a table can be exported as they are. Members
/// that the saga does not have are ignored.
/// </remarks>
static class SagaExport
{
    static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        // What is missing is a finding of the instance, not an error of the whole export.
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RequireNothing } },
    };

    /// <summary>Reads the instances.</summary>
    /// <exception cref="JsonException">The text is not JSON, or a value does not fit its member.</exception>
    public static IReadOnlyList<TSaga> Read<TSaga>(string json)
        where TSaga : class, ISaga => [.. Rows<TSaga>(json).Select(row => row.Saga)];

    /// <summary>Checks whether a machine can take the instances over.</summary>
    public static IReadOnlyList<MachineFinding> Findings<TSaga>(SagaStateMachine<TSaga> machine, string json)
        where TSaga : class, SagaStateMachineInstance
    {
        var states = machine
            .States.Select(state => (state.Name, IsIn: machine.Accessor.GetStateExpression(state).Compile()))
            .ToList();
        var unaccepted = MachineAnalysis.Unaccepted(machine).ToLookup(it => it.State);
        var member = MachineInternals.StateMember(machine);
        var rows = Rows<TSaga>(json);
        var found =
            from row in rows
            let state = states.FirstOrDefault(state => state.IsIn(row.Saga)).Name
            from finding in (state is null ? [Unknown(row.Json)] : unaccepted[state]).Concat(
                Missing(row.Saga, row.Json)
            )
            group row.Saga.CorrelationId by finding;
        return
        [
            .. found.Select(it =>
                it.Key with
                {
                    Text = $"{it.Count()} of {rows.Count} instances, first {it.First()}: {it.Key.Text}",
                }
            ),
        ];

        MachineFinding Unknown(JsonObject row)
        {
            var stored = member is null ? null : row[member]?.ToJsonString();
            return new(
                MachineFindingKind.UnknownState,
                stored,
                null,
                $"The machine has no state that is stored as {stored ?? "nothing"}."
            );
        }
    }

    static IEnumerable<MachineFinding> Missing(ISaga saga, JsonObject row)
    {
        var nullability = new NullabilityInfoContext();
        foreach (var property in saga.GetType().GetProperties().Where(it => it.GetIndexParameters().Length == 0))
        {
            var required =
                property.IsDefined(typeof(RequiredMemberAttribute))
                || property.IsDefined(typeof(RequiredAttribute))
                || property.Name == nameof(ISaga.CorrelationId);
            if (
                (required && row[property.Name] is null)
                || (
                    !property.PropertyType.IsValueType
                    && nullability.Create(property).ReadState is NullabilityState.NotNull
                    && property.GetValue(saga) is null
                )
            )
                yield return new(
                    MachineFindingKind.MissingMember,
                    null,
                    null,
                    $"{property.Name} is required and has no value."
                );
        }
    }

    static List<(TSaga Saga, JsonObject Json)> Rows<TSaga>(string json)
        where TSaga : class, ISaga
    {
        var node = JsonNode.Parse(json);
        return
        [
            .. (node is JsonArray all ? all.ToList() : [node]).Select(row =>
            {
                var named = Named<TSaga>(
                    row as JsonObject ?? throw new JsonException($"An instance is a JSON object, not {row}.")
                );
                return (named.Deserialize<TSaga>(s_options)!, named);
            }),
        ];
    }

    // The row with the names of the saga's members.
    static JsonObject Named<TSaga>(JsonObject row)
    {
        var named = new JsonObject();
        foreach (var property in typeof(TSaga).GetProperties())
            if (row.FirstOrDefault(it => Plain(it.Key) == Plain(property.Name)).Value is { } value)
                named[property.Name] = value.DeepClone();
            else if (row.Any(it => Plain(it.Key) == Plain(property.Name)) && AllowsNull(property))
                named[property.Name] = null;
        return named;
    }

    static bool AllowsNull(PropertyInfo property) =>
        !property.PropertyType.IsValueType || Nullable.GetUnderlyingType(property.PropertyType) is not null;

    static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    static void RequireNothing(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            property.IsRequired = false;
    }
}
