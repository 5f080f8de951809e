using System.Text.Json;
using MassTransit;
using MassTransit.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging.DeadLetters;

/// <summary>Stores the messages that the in-memory transport moves to an error or skipped queue.</summary>
/// <remarks>A message is completed only after it is stored: while the database is unavailable, it waits here.</remarks>
internal sealed partial class DeadLetterFilter(
    string queue,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<DeadLetterFilter> logger
) : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
{
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Stores an endpoint's failed and skipped messages. The transport's own handling of them stays in place.
    /// </summary>
    public static void Use(IReceiveEndpointConfigurator endpoint, string name, IServiceProvider services)
    {
        endpoint.ConfigureError(error => error.UseFilter(For(ReceiveEndpoints.ErrorSuffix)));
        endpoint.ConfigureDeadLetter(skipped =>
        {
            skipped.UseFilter(For(ReceiveEndpoints.SkippedSuffix));
            // Adding any filter replaces the transport's default, so it is added again here.
            skipped.UseFilter(new DeadLetterTransportFilter());
        });

        DeadLetterFilter For(string suffix) =>
            ActivatorUtilities.CreateInstance<DeadLetterFilter>(services, name + suffix);
    }

    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        await Store(context, context.ExceptionHeaders.GetAll());
        await next.Send(context);
    }

    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        await Store(context, [new(MessageHeaders.Reason, "dead-letter")]);
        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("deadLetter");

    async Task Store(ReceiveContext context, IEnumerable<KeyValuePair<string, object>> why)
    {
        var headers = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in context.TransportHeaders.GetAll().Concat(why))
            headers[name] = Text(value);
        var now = clock.GetUtcNow();
        var message = new DeadLetterMessage
        {
            Id = Guid.CreateVersion7(now),
            Queue = queue,
            At = now,
            Headers = JsonSerializer.Serialize(headers),
            ContentType = context.ContentType?.ToString(),
            Body = context.Body.GetBytes(),
        };
        while (true)
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
                db.Add(message);
                await db.SaveChangesAsync(context.CancellationToken);
                return;
            }
            catch (Exception exception) when (DatabaseConflicts.IsDuplicateKey(exception))
            {
                // The row already exists: the response to an earlier attempt was lost.
                return;
            }
            catch (Exception exception) when (!context.CancellationToken.IsCancellationRequested)
            {
                LogRetry(exception, queue);
                await Task.Delay(s_pause, clock, context.CancellationToken);
            }
    }

    static string? Text(object? value) =>
        value switch
        {
            DateTime instant => instant.ToString("O"),
            IFormattable formattable => formattable.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
            _ => value?.ToString(),
        };

    [LoggerMessage(LogLevel.Error, "A failed message could not be stored in {Queue}; trying again")]
    partial void LogRetry(Exception exception, string queue);
}
