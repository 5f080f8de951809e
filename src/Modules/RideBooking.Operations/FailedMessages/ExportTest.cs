using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Messaging.Simulations;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>
/// Exports a failed message and its saga as they are now, as a test for the saga lab that does what the redrive would do.
/// </summary>
/// <remarks>
/// The file has what operators see of the failed message. Personal data of the saga that is not in the message is redacted, and
/// so are texts in the settings of its state machine.
/// </remarks>
internal static partial class ExportTest
{
    static readonly string[] s_namespaces =
    [
        "System",
        "System.Globalization",
        "System.Threading.Tasks",
        "Microsoft.Extensions.DependencyInjection",
        "RideBooking.Testing",
        "Xunit",
    ];

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/failed-messages/{id}/test", Handle)
            .WithSummary("Export a failed message as a test")
            .WithDescription(
                "A C# file with a test for the saga lab (RideBooking.Testing): the saga instance as it is stored now, the message, and what the state machine does with it. Personal data of the instance is redacted, unless the message contains it."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.FailedMessageNotFound)
            .Refuses(StatusCodes.Status409Conflict, OperationsProblems.TestNotExportable);

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        string id,
        AppDbContext db,
        MessageSimulator simulator,
        IServiceProvider services,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (
            await db.Set<StoredMessage>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken)
            is not { } row
        )
            return OperationsProblems.NoSuchFailedMessage();
        var message = row.Message();
        var writer = new CSharpWriter();
        string? stored = null;
        try
        {
            var simulation = await simulator.Simulate(
                message,
                db,
                cancellationToken,
                saga => stored = SagaIn(saga, message, writer)
            );
            if (simulation.Machine is null || Expected(simulation, writer) is not { } expected)
                return Problem.Conflict(
                    OperationsProblems.TestNotExportable,
                    $"Only a message that a state machine would handle becomes a test. {simulation.Reason}"
                );
            var name = NameOf(row, simulation);
            var source = Source(name, row, simulation, stored, expected, writer, services, clock.GetUtcNow());
            return TypedResults.Ok(new View($"{name}.cs", simulation.Outcome, source));
        }
        catch (NotSupportedException exception)
        {
            return Problem.Conflict(OperationsProblems.TestNotExportable, exception.Message);
        }
    }

    static string SagaIn(ISaga saga, FailedMessage message, CSharpWriter writer)
    {
        var shown = ValuesIn(message.Json).ToList();
        return writer.Object(
            saga,
            property =>
                property.IsDefined(typeof(PersonalDataAttribute)) && !IsShown(property.GetValue(saga))
                    ? Hidden.TextsAndPlaces
                    : Hidden.Nothing,
            indent: 1
        );

        bool IsShown(object? value) =>
            JsonSerializer.SerializeToNode(value, SystemTextJsonMessageSerializer.Options) is { } json
            && shown.Exists(node => JsonNode.DeepEquals(node, json));
    }

    static IEnumerable<JsonNode> ValuesIn(JsonNode? json) =>
        json switch
        {
            null => [],
            JsonObject members => members.SelectMany(member => ValuesIn(member.Value)).Append(members),
            JsonArray items => items.SelectMany(ValuesIn),
            _ => [json],
        };

    /// <summary>Writes what the lab must observe; null if the message does not reach the state machine.</summary>
    static string? Expected(Simulation simulation, CSharpWriter writer)
    {
        var message = simulation.Message is null ? "" : writer.Name(simulation.Message.GetType());
        return (simulation.Outcome, simulation.Exception) switch
        {
            (SimulationOutcome.Unhandled, _) => $"Then(NotAccepted<{message}>())",
            (SimulationOutcome.FailsAgain or SimulationOutcome.MissingInstance, { } exception) =>
                $"Then(Faulted<{writer.Name(VisibleTypeOf(exception))}>())",
            (SimulationOutcome.MissingInstance, null) => $"ThenAmongOthers(Unclaimed<{message}>())",
            (SimulationOutcome.Ignored, _) => "ThenNothing()",
            (SimulationOutcome.Transition, _) => Transition(),
            _ => null,
        };

        string Transition()
        {
            List<string> expected =
            [
                .. simulation.Messages.Select(sent =>
                    $"{(sent.IsPublished ? "Published" : "Sent")}<{writer.Name(sent.Type)}>()"
                ),
                $"Saga<{writer.Name(simulation.Consumer!)}>({writer.Of(simulation.Saga!.Id)}).Is({CSharpWriter.Text(simulation.Saga.To)})",
            ];
            return $"ThenAmongOthers({string.Join(", ", expected)})";
        }
    }

    // The innermost exception says what happened. One that is internal to a library has no name in a test.
    static Type VisibleTypeOf(Exception exception)
    {
        var type = typeof(Exception);
        for (Exception? at = exception; at is not null; at = at.InnerException)
            if (at.GetType().IsVisible)
                type = at.GetType();
        return type;
    }

    static string NameOf(StoredMessage row, Simulation simulation) =>
        $"When_{simulation.Message!.GetType().Name}_failed_{row.Id[(row.Id.LastIndexOf('.') + 1)..]}";

    static string Source(
        string name,
        StoredMessage row,
        Simulation simulation,
        string? stored,
        string expected,
        CSharpWriter writer,
        IServiceProvider services,
        DateTimeOffset now
    )
    {
        var machine = simulation.Machine!.GetType();
        var (machineName, sagaName) = (writer.Name(machine), writer.Name(simulation.Consumer!));
        var messageName = writer.Name(simulation.Message!.GetType());
        var messageText = writer.Of(simulation.Message, indent: 1);
        var settings = string.Concat(
            machine
                .GetConstructors()
                .Single()
                .GetParameters()
                .Select(parameter => services.GetRequiredService(parameter.ParameterType))
                .Select(setting =>
                    $"\n            .Services(services => services.AddSingleton({writer.Of(setting, Hidden.Texts, indent: 3)}))"
                )
        );
        var start = writer.Of(now);
        var usings = string.Concat(
            writer
                .Namespaces.Concat(s_namespaces)
                .Distinct()
                .OrderBy(used => !used.StartsWith("System", StringComparison.Ordinal))
                .ThenBy(used => used, StringComparer.Ordinal)
                .Select(used => $"using {used};\n")
        );
        return $$"""
            {{usings}}using static RideBooking.Testing.Expect;
            using static RideBooking.Testing.Step;

            namespace RideBooking.Tests.{{simulation.Consumer!.Namespace!.Split('.')[^1]}};

            // The failed message {{row.Id}}, exported at {{now:u}}.
            {{Comment($"It failed at {row.FailedAt:u}: {row.ExceptionType ?? "skipped"}: {row.ExceptionMessage}")}}
            {{Comment($"Now: {simulation.Reason}")}}
            public sealed class {{name}}
            {
                static readonly SagaLab s_lab = new(lab =>
                    lab.Saga<{{machineName}}, {{sagaName}}>()
                        .StartAt({{start}}){{settings}}
                        .Outbox(OutboxKind.Transactional)
                );
            {{(stored is null ? "" : $"\n    static readonly {sagaName} s_saga = {stored};\n")}}
                static readonly {{messageName}} s_message = {{messageText}};

                [Fact]
                public Task {{(simulation.Exception is null ? "It_is_handled" : "It_fails_again")}}() =>
                    s_lab.Given({{(stored is null ? "" : "Stored(s_saga)")}}).When(s_message).{{expected}};
            }

            """;
    }

    static string Comment(string text) => $"// {LineBreak().Replace(text, " ")}";

    [GeneratedRegex("[\\p{C}\\u2028\\u2029]+")]
    private static partial Regex LineBreak();

    /// <param name="FileName">A name for the file.</param>
    /// <param name="Result">What the redrive would do, and the test does; as in the simulation of the message.</param>
    /// <param name="Source">The file.</param>
    internal sealed record View(string FileName, SimulationOutcome Result, string Source);
}
