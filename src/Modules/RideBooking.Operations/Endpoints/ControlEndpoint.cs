using FluentValidation;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Endpoints;

/// <summary>Pauses or resumes an endpoint on all hosts. <see cref="KeepPauses"/> carries it out.</summary>
internal static class ControlEndpoint
{
    public static void Map(RouteGroupBuilder operators)
    {
        Map(
            operators,
            "pause",
            "Pause an endpoint",
            "Every host stops to consume its queue within seconds, and does not begin again when it restarts. Messages that are "
                + "being handled are finished; the others wait in the queue until an operator resumes the endpoint.",
            Pause
        );
        Map(
            operators,
            "resume",
            "Resume a paused endpoint",
            "Every host consumes its queue again within seconds.",
            Resume
        );
    }

    static void Map(
        RouteGroupBuilder operators,
        string verb,
        string summary,
        string effect,
        Func<string, Request, Operator, AppDbContext, DateTimeOffset, CancellationToken, Task> change
    ) =>
        operators
            .MapPost(
                $"/operations/endpoints/{{name}}/{verb}",
                (
                    string name,
                    Request request,
                    Operator by,
                    ReceiveEndpoints endpoints,
                    AppDbContext db,
                    GaugeReadings gauges,
                    WorkSignal<KeepPauses> signal,
                    TimeProvider clock,
                    CancellationToken cancellationToken
                ) => Handle(name, request, by, endpoints, db, gauges, signal, clock, change, cancellationToken)
            )
            .WithSummary(summary)
            .WithDescription($"{effect} Repeating it has no effect.")
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.EndpointNotFound);

    static async Task<Results<Ok<EndpointView>, ProblemHttpResult>> Handle(
        string name,
        Request request,
        Operator by,
        ReceiveEndpoints endpoints,
        AppDbContext db,
        GaugeReadings gauges,
        WorkSignal<KeepPauses> signal,
        TimeProvider clock,
        Func<string, Request, Operator, AppDbContext, DateTimeOffset, CancellationToken, Task> change,
        CancellationToken cancellationToken
    )
    {
        if (!endpoints.Names.Contains(name))
            return OperationsProblems.NoSuchEndpoint();
        var now = clock.GetUtcNow();
        await change(name, request, by, db, now, cancellationToken);
        signal.Wake();
        var changed = await EndpointView.Of([name], withHistory: true, db, gauges, now, cancellationToken);
        return TypedResults.Ok(changed[0]);
    }

    static async Task Pause(
        string name,
        Request request,
        Operator by,
        AppDbContext db,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (await db.Set<PausedEndpoint>().AnyAsync(row => row.Name == name, cancellationToken))
            return;
        db.Add(
            new PausedEndpoint
            {
                Name = name,
                At = now,
                By = by.Id,
                Reason = request.Reason,
            }
        );
        db.Add(Action(OperatorActionNames.PauseEndpoint, name, request, by, now));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            // Another operator or a host has paused it at the same time.
        }
    }

    static async Task Resume(
        string name,
        Request request,
        Operator by,
        AppDbContext db,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var resumed = await db.Set<PausedEndpoint>()
            .Where(row => row.Name == name)
            .ExecuteDeleteAsync(cancellationToken);
        if (resumed == 0)
            return;
        db.Add(Action(OperatorActionNames.ResumeEndpoint, name, request, by, now));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    static OperatorAction Action(string action, string name, Request request, Operator by, DateTimeOffset now) =>
        new(by.Id, action, request.Reason, now) { Queue = name };

    /// <param name="Reason">The reason.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
